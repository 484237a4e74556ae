"""Forms of the Studio's pages about people and access; their last step is the action."""

from accounts.forms.organization import OrganizationForm
from accounts.forms.roles import CustomRoleForm, GrantForm, InvitationForm, MemberForm
from accounts.forms.ways_in import ApiKeyForm, IdentityProviderForm, RotationForm

__all__ = [
    "ApiKeyForm",
    "CustomRoleForm",
    "GrantForm",
    "IdentityProviderForm",
    "InvitationForm",
    "MemberForm",
    "OrganizationForm",
    "RotationForm",
]
