"""The Studio's forms: rules, channels, people and what must be kept."""

from governance.forms.channels import ChannelForm
from governance.forms.people import AuditHoldForm, ErasureForm, LegalHoldForm, PersonForm
from governance.forms.rules import AlertRuleForm, RulePreviewForm

__all__ = [
    "AlertRuleForm",
    "AuditHoldForm",
    "ChannelForm",
    "ErasureForm",
    "LegalHoldForm",
    "PersonForm",
    "RulePreviewForm",
]
