"""Send an invitation."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from django.utils import timezone

from accounts.fence import fenced
from accounts.models import Invitation
from accounts.signin.letters import compose_invitation


def send_invitation(
    invitation_id: UUID, finish: Callable[[], AbstractContextManager[None]] = fenced
) -> None:
    """Mail an invitation that is still open; its link is made at this moment."""
    with fenced():
        rows = Invitation.objects.open().select_related("invited_by", "organization", "custom_role")
        invitation = rows.filter(pk=invitation_id, expires_at__gt=timezone.now()).first()
    if invitation is not None:
        compose_invitation(invitation, invitation.organization.name).send()
    with finish():
        Invitation.objects.filter(pk=invitation_id).update(sent_at=timezone.now())
