"""Where memories go out and come in."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from memory.api.injecting import InjectionViewSet
from memory.api.moving import ExportViewSet, ImportViewSet
from memory.api.outside import ServiceViewSet

router = SimpleRouter(trailing_slash=False)
router.register("context/imports", ImportViewSet, basename="memory-import")
router.register("memory/services", ServiceViewSet, basename="memory-service")
router.register("memories/injections", InjectionViewSet, basename="injection")

urlpatterns = [
    path("context/export", ExportViewSet.as_view({"post": "export"}), name="context-export"),
    path("context/import", ImportViewSet.as_view({"post": "bring"}), name="context-import"),
    path("memories/inject", InjectionViewSet.as_view({"post": "put_in"}), name="inject"),
    path(
        "memories/inject/preview",
        InjectionViewSet.as_view({"post": "preview"}),
        name="inject-preview",
    ),
    path(
        "preferences/inject/<uuid:agent_id>",
        InjectionViewSet.as_view({"post": "prefer"}),
        name="inject-preferences",
    ),
    *router.urls,
]
