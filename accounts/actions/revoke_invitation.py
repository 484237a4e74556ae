"""Take an invitation back."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.add_member import refuse_above_own
from accounts.models import Invitation
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


@transaction.atomic
def revoke_invitation(invitation: Invitation) -> Invitation:
    """End an open invitation; its link works no more."""
    require("members.write")
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    refuse_above_own(invitation.given)
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("This invitation is closed already.")
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record("members.revoke_invitation", invitation)
    return invitation
