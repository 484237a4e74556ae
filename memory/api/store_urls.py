"""Paths of the four stores, of preferences and of learning."""

from rest_framework.routers import SimpleRouter

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

urlpatterns = router.urls
