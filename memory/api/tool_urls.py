"""Paths of the memory tools."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from memory.api.locked import LockedViewSet
from memory.api.tools import OfferViewSet, ToolsView, ToolView
from memory.api.withheld import WithheldViewSet

router = SimpleRouter(trailing_slash=False)
router.register("memory/offers", OfferViewSet)
router.register("memory/locked", LockedViewSet, basename="locked")
router.register("memory/withheld", WithheldViewSet, basename="withheld")

urlpatterns = [
    path("memory/tools", ToolsView.as_view(), name="memory-tools"),
    path("memory/tools/<str:tool>", ToolView.as_view(), name="memory-tool"),
    *router.urls,
]
