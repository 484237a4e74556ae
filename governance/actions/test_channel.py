"""Try a channel."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import DomainError
from armproject.lib.ids import uuid7
from governance.models import Channel
from governance.sending import Letter, deliver


@dataclass(frozen=True, slots=True)
class Trial:
    """How a test message fared, in a sentence."""

    ok: bool
    message: str


def test_channel(channel: Channel) -> Trial:
    """Send a test message now and remember whether it arrived."""
    with fenced():
        require("alerts.write")
        channel = Channel.objects.select_related("organization").get(pk=channel.pk)
        letter, address = _letter(channel), channel.address()
    try:
        deliver(letter, address)
    except DomainError as problem:
        trial = Trial(ok=False, message=problem.message)
    else:
        trial = Trial(ok=True, message=f"A test message went to {channel.leads_to}.")
    with fenced():
        now = timezone.now() if trial.ok else channel.verified_at
        error = "" if trial.ok else trial.message
        Channel.objects.filter(pk=channel.pk).update(verified_at=now, last_error=error)
        record("channels.test", channel, details={"ok": trial.ok, "message": trial.message})
    return trial


def _letter(channel: Channel) -> Letter:
    mark = uuid7()
    return Letter(
        id=mark,
        thread=mark,
        event="channel.test",
        at=timezone.now(),
        subject=f"[ARM] Test message for {channel.name}",
        lines=(
            f"This is a test message to the channel {channel.name} of {channel.organization.name}.",
            "If you can read it, alerts will reach you here.",
        ),
        severity="info",
        link=f"{settings.ARM_BASE_URL}/studio/governance/channel/{channel.pk}/change/",
        facts={"channel": channel.name, "organization": channel.organization.name},
    )
