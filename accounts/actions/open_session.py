"""Let a person in."""

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.http import HttpRequest

from accounts.actions.note_device import note_device
from accounts.actions.note_sign_in import note_sign_in
from accounts.models import User
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin import devices
from accounts.signin.facts import Facts
from armproject.lib import context

BACKEND = "django.contrib.auth.backends.ModelBackend"


def open_session(
    request: HttpRequest, user: User, facts: Facts, *, device: str = ""
) -> UserSession:
    """Open a session for a person who has proved, as `facts` tell, who they are.

    `request.session` becomes theirs, under a new key. `device` is the mark a program sent along;
    browsers keep theirs in a cookie.
    """
    login(request, user, backend=BACKEND)
    facts.keep(request.session)
    request.session.save()
    about = context.current().request
    row, _ = UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": about.address or "0.0.0.0",  # noqa: S104 - "unknown", not "all"
            "user_agent": about.user_agent[:200],
        },
    )
    organization = UUID(facts.organization) if facts.organization else None
    note_sign_in(user, SignInOutcome.SIGNED_IN, "+".join(facts.methods), organization=organization)
    note_device(user, device or request.COOKIES.get(devices.COOKIE, ""))
    return row
