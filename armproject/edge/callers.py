"""Whose a request is, as far as that can be told before its key was looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.middleware import told_token
from accounts.models.api_key import PREFIX, digest
from accounts.recent_keys import recent_keys
from armproject.lib.networks import neighbourhood
from armproject.lib.tracing import client_address

# Which part of the room an organization may fill, all together whom nobody knows, and one address
# of these: one in so many.
ORGANIZATION, STRANGERS, ADDRESS = 2, 2, 4


@dataclass(frozen=True, slots=True)
class Caller:
    """With whom a request shares the room that it takes; each with the part that they may fill."""

    shares: tuple[tuple[str, int], ...]
    is_known: bool = False


def caller_of(meta: Mapping[str, Any], path: str) -> Caller:
    """Return who calls: the organization of a key that was good before, else a stranger.

    Nothing is asked of the database. Many keys of an organization are one caller, and so is
    whatever else one address sends.
    """
    token = told_token(str(meta.get("HTTP_AUTHORIZATION", "")), path) or ""
    is_key = token.startswith(PREFIX) and token.isascii()
    known = recent_keys.last_known(digest(token)) if is_key else None
    if known is not None:
        return Caller(((str(known.organization_id), ORGANIZATION),), is_known=True)
    address = neighbourhood(client_address(meta))
    return Caller((("strangers", STRANGERS), (address, ADDRESS)))
