"""Find whom an address belongs to."""

from accounts.models import Membership, SubjectKey, User, canonical_email
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.errors import NotFound


def find_person(email: str, *, permission: str) -> User:
    """Return the person with this address, who is or was in the organization.

    Everybody may ask for themselves; to ask for others takes the permission.
    """
    principal = context.principal()
    user = User.objects.filter(email=canonical_email(email)).first()
    if user is None or principal is None or principal.user_id != user.pk:
        require(permission)
    if user is None or not _was_here(user):
        raise NotFound(
            "Nobody with this address is or was in the organization.",
            fields={"email": ["Nobody with this address is or was here."]},
        )
    return user


def _was_here(user: User) -> bool:
    return any(model.objects.filter(user=user).exists() for model in (Membership, SubjectKey))
