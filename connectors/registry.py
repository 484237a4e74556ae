"""Every connector ARM ships, one line each: a new vendor is one file in kinds/ and its line."""

from importlib import import_module
from typing import cast

from armproject.lib.errors import NotFound
from connectors.base import Connector

KINDS: dict[str, str] = {
    "openai": "connectors.kinds.openai.OpenAIConnector",
    "anthropic": "connectors.kinds.anthropic.AnthropicConnector",
    "custom": "connectors.kinds.custom.CustomConnector",
}


def kinds() -> tuple[str, ...]:
    """Return the kinds that can be connected, in the order they are offered."""
    return tuple(KINDS)


def load(kind: str) -> type[Connector]:
    """Return the connector of this kind; only now is its file imported."""
    if kind not in KINDS:
        raise NotFound(f"There is no connector {kind!r}, only {', '.join(KINDS)}.", kind=kind)
    module, _, name = KINDS[kind].rpartition(".")
    return cast(type[Connector], getattr(import_module(module), name))
