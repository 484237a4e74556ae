"""Ask somebody to join the organization."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.add_member import refuse_above_own
from accounts.freshness import require_fresh
from accounts.models import CustomRole, Invitation, canonical_email
from accounts.models.invitation import LIFE
from accounts.permissions import require
from accounts.signals import letter_written
from accounts.signin import counters
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


@transaction.atomic
def invite_member(email: str, role: str | CustomRole) -> Invitation:
    """Invite an address to a role that may do at most what one may; whoever accepts joins.

    The answer does not tell whether the address has an account here.
    """
    require("members.write")
    require_fresh()
    refuse_above_own(role)
    email = canonical_email(email)
    counters.count(counters.letters(email))
    if Invitation.objects.open().filter(email=email).exists():
        raise Conflict(
            "This address is invited already; send the invitation again or revoke it.",
            fields={"email": ["Invited already: send that invitation again, or revoke it."]},
        )
    principal = context.principal()
    invitation = Invitation.objects.create(
        email=email,
        role=role if isinstance(role, str) else "",
        custom_role=None if isinstance(role, str) else role,
        invited_by_id=principal.user_id if principal else None,
        expires_at=timezone.now() + LIFE,
    )
    record("members.invite", invitation, after={"role": invitation.role_name})
    letter_written.send(
        sender=Invitation,
        kind="accounts.send_invitation",
        args={"invitation": str(invitation.pk)},
    )
    return invitation
