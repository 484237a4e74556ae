"""The vendors one can connect, told to people: which keys, where to find them, what they unlock."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from connectors.base import Capability, CredentialKind, Target, Verb
from connectors.entries import OPTIONS, Option
from connectors.models.connection import REPORTING
from connectors.registry import kinds, load


@dataclass(frozen=True, slots=True)
class Credential:
    """A key a vendor takes: where people find it, and which verbs it opens by itself."""

    kind: CredentialKind
    hint: str
    unlocks: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One vendor: `capabilities` are those of a connection with every credential."""

    kind: str
    label: str
    default_base_url: str
    credentials: tuple[Credential, ...]
    options: tuple[Option, ...]
    capabilities: tuple[Capability, ...]

    @property
    def is_reported_to(self) -> bool:
        """Whether its agents report by themselves, with a secret that ARM makes."""
        return self.kind in REPORTING

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "label": self.label,
            "default_base_url": self.default_base_url,
            "credentials": [
                {"credential": each.kind, "hint": each.hint, "unlocks": each.unlocks}
                for each in self.credentials
            ],
            "options": [asdict(option) for option in self.options],
            "capabilities": [asdict(capability) for capability in self.capabilities],
        }


def offers() -> tuple[Offer, ...]:
    """Return every vendor that can be connected, in the order of the registry."""
    return tuple(offer_of(kind) for kind in kinds())


def offer_of(vendor: str) -> Offer:
    """Return what is offered of this vendor; nobody is asked for it."""
    kind = load(vendor)
    return Offer(
        kind=vendor,
        label=kind.label,
        default_base_url=kind.default_base_url,
        credentials=tuple(
            Credential(credential, hint, _unlocked(vendor, credential))
            for credential, hint in kind.credential_hints.items()
        ),
        options=OPTIONS.get(vendor, ()),
        capabilities=_with(vendor, kind.credential_hints),
    )


def _unlocked(vendor: str, credential: CredentialKind) -> tuple[Verb, ...]:
    return tuple(each.verb for each in _with(vendor, [credential]) if each.credential is credential)


def _with(vendor: str, credentials: Iterable[CredentialKind]) -> tuple[Capability, ...]:
    """Return what a connection with these credentials can do, if they hold what they promise."""
    kind = load(vendor)
    given = dict.fromkeys(credentials, Secret("any"))
    return kind(Target(kind.default_base_url, given, {}, Reach())).capabilities()
