from rest_framework.routers import SimpleRouter

from governance.api.alerts import AlertViewSet
from governance.api.audit import AuditViewSet
from governance.api.channels import ChannelViewSet, NotificationViewSet
from governance.api.rules import AlertRuleViewSet, MeasureViewSet, ProposalViewSet

router = SimpleRouter(trailing_slash=False)
router.register("audit", AuditViewSet)
router.register("alerts", AlertViewSet)
router.register("alert-rules", AlertRuleViewSet)
router.register("alert-rule-proposals", ProposalViewSet, basename="proposal")
router.register("measures", MeasureViewSet, basename="measure")
router.register("channels", ChannelViewSet)
router.register("notifications", NotificationViewSet)

urlpatterns = router.urls
