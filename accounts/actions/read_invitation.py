"""Read the invitation a mail's link belongs to."""

from uuid import UUID

from django.core import signing
from django.utils import timezone

from accounts.fence import acting, fenced
from accounts.models import Invitation
from accounts.models.invitation import SALT
from accounts.permissions import system
from accounts.signin.errors import LinkSpent


def read_invitation(token: str) -> Invitation:
    """Return the open invitation of this link, with its organization and role; raises LinkSpent."""
    try:
        organization, wanted, edition = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkSpent from None
    with acting(system("invitation"), UUID(organization), frozenset()), fenced():
        rows = Invitation.objects.open().select_related("organization", "custom_role")
        found = rows.filter(
            pk=wanted,
            edition=edition,
            expires_at__gt=timezone.now(),
            organization__suspended_at=None,
        ).first()
        if found is not None and not found.is_backed():
            found = None
    if found is None:
        raise LinkSpent
    return found
