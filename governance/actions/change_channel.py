"""Change a way to tell somebody."""

from collections.abc import Sequence

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.secret import Secret
from governance.actions.create_channel import channel_facts, refuse_unusable
from governance.models import Channel, ChannelKind


@transaction.atomic
def change_channel(
    channel: Channel,
    *,
    name: str | None = None,
    emails: Sequence[str] | None = None,
    target: Secret | None = None,
    signing_secret: Secret | None = None,
    is_default: bool | None = None,
) -> Channel:
    """Change a channel; secrets that are not given stay, and a new address is not tested yet."""
    require("alerts.write")
    channel = Channel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
    before = dict(channel_facts(channel))
    if name is not None:
        channel.name = name
    if is_default is not None:
        channel.is_default = is_default
    if _redirect(channel, emails, target) | _sign_anew(channel, signing_secret):
        channel.verified_at, channel.last_error = None, ""
    refuse_unusable(channel)
    channel.save()
    after = {**channel_facts(channel), "new_signing_secret": bool(signing_secret)}
    changed = {k: v for k, v in after.items() if v != before.get(k, False)}
    record("channels.change", channel, before={k: before.get(k) for k in changed}, after=changed)
    return channel


def _redirect(channel: Channel, emails: Sequence[str] | None, target: Secret | None) -> bool:
    """Point the channel elsewhere, if asked to, and tell whether that was so."""
    if channel.kind == ChannelKind.EMAIL:
        moved = emails is not None and list(emails) != channel.emails
        channel.emails = channel.emails if emails is None else list(emails)
        return moved
    if target:
        channel.keep_target(target)
    return bool(target)


def _sign_anew(channel: Channel, secret: Secret | None) -> bool:
    if secret and channel.kind == ChannelKind.WEBHOOK:
        channel.keep_signing(secret)
        return True
    return False
