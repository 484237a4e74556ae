"""The rows of this app by name."""

from accounts.models.api_key import ApiKey
from accounts.models.custom_role import CustomRole
from accounts.models.departure import Departure
from accounts.models.grant import Grant
from accounts.models.identity_provider import IdentityProvider
from accounts.models.invitation import Invitation
from accounts.models.known_device import KnownDevice
from accounts.models.letter import Letter
from accounts.models.membership import Membership
from accounts.models.organization import Organization
from accounts.models.organization_key import KeyState, OrganizationKey
from accounts.models.refresh_token import RefreshToken
from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from accounts.models.sealed_field import SealedField
from accounts.models.sign_in_counter import SignInCounter
from accounts.models.sign_in_event import SignInEvent
from accounts.models.subject_key import SubjectKey
from accounts.models.user import User, canonical_email

__all__ = [
    "ApiKey",
    "CustomRole",
    "Departure",
    "Grant",
    "IdentityProvider",
    "Invitation",
    "KeyState",
    "KnownDevice",
    "Letter",
    "Membership",
    "Organization",
    "OrganizationKey",
    "RefreshToken",
    "ScopedManager",
    "ScopedModel",
    "ScopedQuerySet",
    "SealedField",
    "SignInCounter",
    "SignInEvent",
    "SubjectKey",
    "TenantForeignKey",
    "User",
    "canonical_email",
]
