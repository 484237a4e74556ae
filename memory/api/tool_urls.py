"""Paths of the memory tools."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from memory.api.tools import OfferViewSet, ToolsView, ToolView

router = SimpleRouter(trailing_slash=False)
router.register("memory/offers", OfferViewSet)

urlpatterns = [
    path("memory/tools", ToolsView.as_view(), name="memory-tools"),
    path("memory/tools/<str:name>", ToolView.as_view(), name="memory-tool"),
    *router.urls,
]
