"""Letters by e-mail."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string

from armproject.lib.errors import InvalidInput
from governance.sending.letter import Address, Letter, NotDelivered

MOST = 20


def refuse_bad(address: Address) -> None:
    """Refuse a list of addresses that is empty, too long, or holds what is none."""
    problems = [f"{email} is not an e-mail address." for email in address.emails if not _ok(email)]
    if not address.emails or len(address.emails) > MOST:
        problems.append(f"Name 1 to {MOST} e-mail addresses.")
    if problems:
        raise InvalidInput("This channel cannot be used.", fields={"emails": problems})


def send(letter: Letter, address: Address) -> None:
    """Send plain text with a simple HTML twin; the Message-ID is the letter's own."""
    message = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split())[:200],
        body=letter.text,
        to=list(address.emails),
        headers={
            "Message-ID": _message_id(str(letter.id)),
            "References": _message_id(str(letter.thread)),
            "Auto-Submitted": "auto-generated",
            "X-ARM-Event": letter.event,
        },
    )
    html = render_to_string("governance/mail/letter.html", {"letter": letter})
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except OSError as error:  # SMTP errors, refused connections, time-outs
        raise NotDelivered(
            f"The mail server did not take the message ({type(error).__name__})."
        ) from None


def _message_id(mark: str) -> str:
    return f"<{mark}@{urlsplit(settings.ARM_BASE_URL).hostname or 'arm'}>"


def _ok(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
