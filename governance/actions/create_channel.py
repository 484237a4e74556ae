"""Add a way to tell somebody."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from armproject.lib.http.signed import new_signing_secret
from armproject.lib.secret import Secret
from governance.models import Channel, ChannelKind
from governance.sending import refuse_bad_address


@transaction.atomic
def create_channel(
    name: str,
    kind: str,
    *,
    emails: Sequence[str] = (),
    target: Secret | None = None,
    signing_secret: Secret | None = None,
    is_default: bool = False,
) -> tuple[Channel, Secret | None]:
    """Add a channel; the secret that signs a webhook is returned this once, if ARM made it."""
    require("alerts.write")
    principal = context.principal()
    channel = Channel(name=name, kind=kind, emails=list(emails), is_default=is_default)
    channel.created_by_id = principal.user_id if principal else None
    made = _keep_secrets(channel, target, signing_secret)
    refuse_unusable(channel)
    channel.save(force_insert=True)
    record("channels.create", channel, after=channel_facts(channel))
    return channel, made


def refuse_unusable(channel: Channel) -> None:
    """Refuse a name that is taken and an address that ARM would not send to."""
    if Channel.objects.filter(name=channel.name).exclude(pk=channel.pk).exists():
        problem = "Another channel has this name."
        raise InvalidInput(problem, fields={"name": [problem]})
    if channel.kind not in ChannelKind.values:
        raise InvalidInput("Unknown kind.", fields={"kind": ["Unknown kind of channel."]})
    refuse_bad_address(channel.address())


def channel_facts(channel: Channel) -> Mapping[str, Any]:
    """Return what the audit log keeps of a channel: never its secrets."""
    return {
        "name": channel.name,
        "kind": str(channel.kind),
        "leads_to": channel.leads_to,
        "is_default": channel.is_default,
    }


def _keep_secrets(channel: Channel, target: Secret | None, signing: Secret | None) -> Secret | None:
    """Seal what belongs to this kind and return a signing secret that was made here."""
    if channel.kind == ChannelKind.EMAIL:
        return None
    channel.emails = []
    channel.keep_target(target or Secret(""))
    if channel.kind != ChannelKind.WEBHOOK:
        return None
    made = None if signing else new_signing_secret()
    channel.keep_signing(signing or made or Secret(""))
    return made
