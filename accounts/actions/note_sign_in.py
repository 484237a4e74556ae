"""Note what happened at the gate."""

from uuid import UUID

from accounts.models import SignInEvent, User
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin.places import in_each
from armproject.lib import context


def note_sign_in(
    user: User, outcome: SignInOutcome, method: str, *, organization: UUID | None = None
) -> None:
    """Note an attempt at a person's account where they belong, or in one organization alone."""
    request = context.current().request

    def note() -> None:
        SignInEvent.objects.create(
            user=user,
            outcome=outcome,
            method=method,
            address=request.address,
            user_agent=request.user_agent[:200],
        )

    in_each(user, note, [organization] if organization else ())
