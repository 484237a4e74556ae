"""What letters say. Plain sentences, one link at most, and never a password."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.models import Invitation, Letter, User
from accounts.models.letter import LetterKind
from accounts.signin.places import memberships_of


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """Return the mail of a letter, or None where there is nothing to tell."""
    user = User.objects.filter(email=letter.email, is_active=True).first()
    match letter.kind:
        case LetterKind.CONFIRM:
            return _taken(letter) if user else _confirm(letter)
        case LetterKind.RESET:
            return _reset(letter, user) if user else None
        case _:
            return _mail(letter.email, letter.facts["subject"], letter.facts["lines"])


def compose_invitation(invitation: Invitation, organization: str) -> EmailMultiAlternatives:
    """Return the mail of an invitation, with the link that accepts it."""
    by = f"{invitation.invited_by} asks you" if invitation.invited_by else "You are asked"
    return _mail(
        invitation.email,
        f"Join {organization} in ARM",
        [
            f"{by} to join {organization} in ARM as {invitation.role_name.lower()}.",
            "The link below works once, for seven days. If you do not know what this is about,"
            " do nothing.",
        ],
        link=f"/studio/join?token={invitation.token().reveal()}",
        button="Accept the invitation",
    )


def _confirm(letter: Letter) -> EmailMultiAlternatives:
    return _mail(
        letter.email,
        "Confirm your account in ARM",
        [
            "Somebody, hopefully you, registered this address in ARM.",
            "The link below asks for the password you chose and works for 30 minutes.",
        ],
        link=f"/studio/confirm-account?token={letter.token().reveal()}",
        button="Confirm the account",
    )


def _taken(letter: Letter) -> EmailMultiAlternatives:
    return _mail(
        letter.email,
        "You already have an account in ARM",
        [
            "Somebody, hopefully you, tried to register this address in ARM. It has an account.",
            "Sign in, or ask for a new password if you have forgotten yours.",
        ],
        link="/studio/login/",
        button="Sign in",
    )


def _reset(letter: Letter, user: User) -> EmailMultiAlternatives:
    places = memberships_of(user)
    if places and all(place.organization.requires_sso for place in places):
        lines = ["Your organization is entered by single sign-on: there is no password to set."]
        return _mail(letter.email, "Signing in to ARM", lines, link="/studio/login/")
    return _mail(
        letter.email,
        "Set a new password in ARM",
        [
            "Somebody, hopefully you, asked for a new password for this address.",
            "The link below works once, for 30 minutes. If it was not you, do nothing.",
        ],
        link=f"/studio/new-password?token={letter.token().reveal()}",
        button="Set a new password",
    )


def _mail(
    to: str, subject: str, lines: list[str], *, link: str = "", button: str = "Open ARM"
) -> EmailMultiAlternatives:
    address = f"{settings.ARM_BASE_URL.rstrip('/')}{link}" if link else ""
    shown: dict[str, Any] = {
        "subject": subject,
        "lines": lines,
        "link": address,
        "button": button,
    }
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split())[:200],
        body="\n\n".join([*lines, *([address] if address else [])]) + "\n",
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("account/letter.html", shown), "text/html")
    return message
