"""Confirm anew that it is the person who is signed in."""

from django.contrib.sessions.backends.base import SessionBase

from accounts.actions.check_code import check_code
from accounts.actions.check_password import check_password
from accounts.actions.note_sign_in import note_sign_in
from accounts.models import User
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin import second_factor
from accounts.signin.facts import Facts
from armproject.lib.errors import InvalidInput


def confirm_person(user: User, session: SessionBase, *, password: str = "", code: str = "") -> None:
    """Note in the session that the person has just proved who they are.

    People with a second factor prove it by a code, the others by their password.
    """
    if second_factor.is_enrolled(user.pk):
        _need(code, "code", "Enter a code of your authenticator.")
        method = check_code(user, code)
    else:
        _need(password, "password", "Enter your password.")
        check_password(user.email, password)
        method = "password"
    Facts.of(session).renewed(method).keep(session)
    session.save()
    note_sign_in(user, SignInOutcome.CONFIRMED, method)


def _need(given: str, field: str, sentence: str) -> None:
    if not given:
        raise InvalidInput(sentence, fields={field: [sentence]})
