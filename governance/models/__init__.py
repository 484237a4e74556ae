"""The rows of this app by name."""

from governance.models.alert import (
    UNRESOLVED,
    Alert,
    AlertEvent,
    AlertEventKind,
    AlertState,
)
from governance.models.alert_rule import (
    AlertRecipient,
    AlertRule,
    RuleComparison,
    RuleMode,
    Severity,
)
from governance.models.audit_archive import AuditArchive, AuditHold
from governance.models.audit_event import AuditEvent
from governance.models.audit_head import Anchor, AuditHead
from governance.models.audit_seal import AuditLeaf, AuditSeal, UnsealedEvent
from governance.models.audit_verification import AuditVerification, VerificationState
from governance.models.channel import Channel
from governance.models.erasure import Erasure
from governance.models.legal_hold import LegalHold
from governance.models.notification import (
    PATIENCE,
    UNSENT,
    Notification,
    NotificationState,
    Transition,
)
from governance.sending import ChannelKind

__all__ = [
    "PATIENCE",
    "UNRESOLVED",
    "UNSENT",
    "Alert",
    "AlertEvent",
    "AlertEventKind",
    "AlertRecipient",
    "AlertRule",
    "AlertState",
    "Anchor",
    "AuditArchive",
    "AuditEvent",
    "AuditHead",
    "AuditHold",
    "AuditLeaf",
    "AuditSeal",
    "AuditVerification",
    "Channel",
    "ChannelKind",
    "Erasure",
    "LegalHold",
    "Notification",
    "NotificationState",
    "RuleComparison",
    "RuleMode",
    "Severity",
    "Transition",
    "UnsealedEvent",
    "VerificationState",
]
