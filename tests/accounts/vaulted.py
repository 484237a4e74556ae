"""Sealed rows to rotate under, and key rings to rotate to."""

import base64
import os
from contextlib import contextmanager

from accounts import data_keys
from accounts.models import OrganizationKey
from armproject.lib.secret import Secret
from governance.models import Channel

TARGET = "https://hooks.example.com/T0KEN-{}"


def hook(name: str) -> Channel:
    """Return a channel with a sealed target and signing secret; the fence must be up."""
    channel = Channel(name=name, kind="webhook")
    channel.keep_target(Secret(TARGET.format(name)))
    channel.keep_signing(Secret(f"whsec_{name}"))
    channel.save(force_insert=True)
    return channel


def opens(channel: Channel) -> bool:
    """Tell whether a channel's secrets can be read as they were written."""
    found = Channel.objects.get(pk=channel.pk).address()
    return (found.target.reveal(), found.signing.reveal()) == (
        TARGET.format(channel.name),
        f"whsec_{channel.name}",
    )


def states() -> dict[int, str]:
    return dict(OrganizationKey.objects.values_list("version", "state"))


def master(key_id: str) -> str:
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


@contextmanager
def held_by(settings, **changes):
    """Let other master keys be there for the while."""
    before = {name: getattr(settings, name) for name in changes}
    _use(settings, changes)
    try:
        yield
    finally:
        _use(settings, before)


def _use(settings, values):
    for name, value in values.items():
        setattr(settings, name, value)
    data_keys.key_provider.cache_clear()
    data_keys.forget()
