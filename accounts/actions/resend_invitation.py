"""Send an invitation again."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.add_member import refuse_above_own
from accounts.freshness import require_fresh
from accounts.models import Invitation
from accounts.models.invitation import LIFE
from accounts.permissions import require
from accounts.signals import letter_written
from accounts.signin import counters
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


@transaction.atomic
def resend_invitation(invitation: Invitation) -> Invitation:
    """Send an open invitation with a new link, good for seven days; the former link ends.

    Whoever sends it again stands behind it from then on.
    """
    require("members.write")
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    refuse_above_own(invitation.given)
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("This invitation is closed; invite the address anew.")
    counters.count(counters.letters(invitation.email))
    require_fresh()
    principal = context.principal()
    if principal is not None and principal.user_id is not None:
        invitation.invited_by_id = principal.user_id
    invitation.edition += 1
    invitation.expires_at = timezone.now() + LIFE
    invitation.save(update_fields=["invited_by", "edition", "expires_at"])
    record("members.resend_invitation", invitation)
    letter_written.send(
        sender=Invitation,
        kind="accounts.send_invitation",
        args={"invitation": str(invitation.pk)},
    )
    return invitation
