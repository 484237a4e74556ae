"""Whether a person has proved recently enough that it is them: asked before dangerous deeds."""

import time
from typing import Final

from accounts.fence import fenced
from accounts.models import Organization
from accounts.models.organization import StepUp
from accounts.signin import second_factor
from accounts.signin.errors import StepUpNeeded
from armproject.lib import context

SECONDS: Final = 600


def require_fresh() -> None:
    """Let the call pass, or raise StepUpNeeded.

    Asks people in sessions only: keys, schedules and jobs have nobody who could type a code. The
    organization says for whom it holds; by default for people with a second factor.
    """
    now = context.current()
    principal = now.principal
    if now.signed_in_at is None or principal is None or principal.user_id is None:
        return
    with fenced():  # vendors are called outside transactions, and there no row would show
        rule = Organization.objects.current().values_list("step_up", flat=True).first()
    enrolled = rule == StepUp.ENROLLED and second_factor.is_enrolled(principal.user_id)
    if rule == StepUp.ALWAYS or enrolled:
        refuse_stale(now.signed_in_at)


def refuse_stale(signed_in_at: float) -> None:
    """Refuse where the last proof is older than ten minutes."""
    if time.time() - signed_in_at > SECONDS:
        raise StepUpNeeded
