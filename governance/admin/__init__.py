"""The Studio's pages about alerts, who hears of them, and the audit log."""

from governance.admin.alerts import AlertAdmin
from governance.admin.audit import AuditEventAdmin
from governance.admin.channels import ChannelAdmin
from governance.admin.notifications import NotificationAdmin
from governance.admin.proof import AuditHoldAdmin, AuditSealAdmin, AuditVerificationAdmin
from governance.admin.rules import AlertRuleAdmin
from governance.admin.subjects import ErasureAdmin, LegalHoldAdmin

__all__ = [
    "AlertAdmin",
    "AlertRuleAdmin",
    "AuditEventAdmin",
    "AuditHoldAdmin",
    "AuditSealAdmin",
    "AuditVerificationAdmin",
    "ChannelAdmin",
    "ErasureAdmin",
    "LegalHoldAdmin",
    "NotificationAdmin",
]
