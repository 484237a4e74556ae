"""Paths of the four stores, of preferences and of learning."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from memory.api.enriching import ConsolidateView, EnrichView, ExtractView, LearnView
from memory.api.learning import ExtractionViewSet, LearningSettingViewSet
from memory.api.preferences import PreferenceViewSet
from memory.api.stores import (
    AssociativeViewSet,
    CoreViewSet,
    EpisodicViewSet,
    ProactiveViewSet,
)

router = SimpleRouter(trailing_slash=False)
router.register("preferences", PreferenceViewSet)
router.register("memory/core", CoreViewSet, "memory-core")
router.register("memory/associative", AssociativeViewSet, "memory-associative")
router.register("memory/episodic", EpisodicViewSet, "memory-episodic")
router.register("memory/proactive", ProactiveViewSet, "memory-proactive")
router.register("memory/learning", LearningSettingViewSet)
router.register("memory/extractions", ExtractionViewSet)

# Words come before a memory's own page, which would take them for its id.
urlpatterns = [
    path("context/extract", ExtractView.as_view(), name="context-extract"),
    path("memory/enrich", EnrichView.as_view(), name="memory-enrich"),
    path("memory/learn", LearnView.as_view(), name="memory-learn"),
    path("memory/consolidate", ConsolidateView.as_view(), name="memory-consolidate"),
    *router.urls,
]
