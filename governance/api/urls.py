from rest_framework.routers import SimpleRouter

from governance.api.alerts import AlertViewSet
from governance.api.audit import AuditViewSet
from governance.api.channels import ChannelViewSet, NotificationViewSet
from governance.api.proof import HoldViewSet, SealViewSet, VerificationViewSet
from governance.api.rules import AlertRuleViewSet, MeasureViewSet, ProposalViewSet
from governance.api.subjects import ErasureViewSet, LegalHoldViewSet

router = SimpleRouter(trailing_slash=False)
router.register("audit/seals", SealViewSet)
router.register("audit/verifications", VerificationViewSet)
router.register("audit/holds", HoldViewSet)
router.register("audit", AuditViewSet)
router.register("alerts", AlertViewSet)
router.register("alert-rules", AlertRuleViewSet)
router.register("alert-rule-proposals", ProposalViewSet, basename="proposal")
router.register("measures", MeasureViewSet, basename="measure")
router.register("channels", ChannelViewSet)
router.register("notifications", NotificationViewSet)
router.register("erasures", ErasureViewSet)
router.register("legal-holds", LegalHoldViewSet)

urlpatterns = router.urls
