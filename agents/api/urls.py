from django.urls import path
from rest_framework.routers import SimpleRouter

from agents.api.reporting import HealthMetricsView, HeartbeatView
from agents.api.running import InvocationViewSet
from agents.api.thin import thin_list
from agents.api.views import AgentDeedsViewSet, AgentViewSet

router = SimpleRouter(trailing_slash=False)
router.register("agents", AgentDeedsViewSet, basename="agent-deeds")
router.register("agents", AgentViewSet, basename="agents")
router.register("invocations", InvocationViewSet)

check = AgentDeedsViewSet.as_view({"post": "check"})

urlpatterns = [
    path(
        "agents",
        thin_list(AgentViewSet.as_view({"get": "list", "post": "create"})),
        name="agents-list",
    ),
    path("agents/heartbeat/<uuid:connection>", HeartbeatView.as_view(), name="agents-heartbeat"),
    path("agents/<uuid:pk>/health-check", check, name="agents-health-check"),
    path("metrics/health", HealthMetricsView.as_view(), name="metrics-health"),
    *router.urls,
]
