"""Give one's account a second factor."""

from django.contrib.sessions.backends.base import SessionBase

from accounts.actions.write_letter import write_letter
from accounts.freshness import refuse_stale
from accounts.models import User
from accounts.models.letter import LetterKind
from accounts.signin import counters, second_factor
from accounts.signin.errors import WrongCode
from accounts.signin.facts import Facts
from accounts.signin.places import in_each
from armproject.lib.audit import record
from armproject.lib.errors import Conflict

NOTICE = {
    "subject": "A second factor protects your account in ARM",
    "lines": ["From now on signing in asks for a code. If it was not you, tell an admin at once."],
}


def enrol_second_factor(
    user: User, session: SessionBase, *, setup_token: str, code: str
) -> list[str]:
    """Keep the authenticator that was set up, proved by a code of it; return recovery codes, once.

    The session counts as one with a second factor from now on. Who has one removes it first, by
    a code of it: a session alone never puts another's in its place. Raises Conflict or WrongCode.
    """
    refuse_stale(Facts.of(session).at)
    if second_factor.is_enrolled(user.pk):
        raise Conflict("Your account has a second factor; remove that one first.")
    counters.count(counters.codes(user.pk))
    secret = second_factor.opened_setup(setup_token, user)
    step = second_factor.step_of(secret, second_factor.canonical_code(code)) if secret else None
    if secret is None or step is None:
        raise WrongCode
    codes = second_factor.enrol(user, secret, step)
    counters.forgive(counters.codes(user.pk))
    Facts.of(session).renewed("totp").keep(session)
    session.save()
    in_each(user, lambda: record("people.enrol_second_factor", user))
    write_letter(LetterKind.NOTICE, user.email, NOTICE)
    return codes
