from django.urls import path
from rest_framework.routers import SimpleRouter

from telemetry.api.content_rules import ContentRuleViewSet, PatternViewSet
from telemetry.api.feedback import FeedbackViewSet
from telemetry.api.objectives import ObjectiveViewSet
from telemetry.api.performance import PartsView, PerformanceView
from telemetry.api.quarantine import QuarantineViewSet
from telemetry.api.sums import SumsView
from telemetry.api.views import (
    EventSchemaView,
    EventsView,
    RejectionViewSet,
    RunViewSet,
    SourceViewSet,
)

router = SimpleRouter(trailing_slash=False)
router.register("runs", RunViewSet)
router.register("feedback", FeedbackViewSet)
router.register("content-rules", ContentRuleViewSet)
router.register("redaction-patterns", PatternViewSet)
router.register("objectives", ObjectiveViewSet)
router.register("telemetry/sources", SourceViewSet)
router.register("telemetry/quarantine", QuarantineViewSet)
router.register("telemetry/rejections", RejectionViewSet)

urlpatterns = [
    path("telemetry/events", EventsView.as_view(), name="telemetry-events"),
    path("telemetry/events/schema", EventSchemaView.as_view(), name="telemetry-events-schema"),
    path("telemetry/performance", PerformanceView.as_view(), name="telemetry-performance"),
    path("telemetry/performance/parts", PartsView.as_view(), name="telemetry-performance-parts"),
    path("telemetry/sums", SumsView.as_view(), name="telemetry-sums"),
    *router.urls,
]
