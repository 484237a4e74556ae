"""Trying one credential, told in words that a person can act on.

What it unlocks, which permission it lacks, and whether it is of the wrong kind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from connectors import faults
from connectors.base import ConnectorError, CredentialKind, CredentialReport, Verb
from connectors.wire import a


@dataclass(frozen=True, slots=True)
class Probe:
    """One free request. It needs `permission` and shows that these verbs work."""

    ask: Callable[[], object]
    permission: str
    unlocks: tuple[Verb, ...] = ()


@dataclass(slots=True)
class Trial:
    """The trial of one credential of one vendor; `keys_page` is where its keys are made."""

    vendor: str
    kind: CredentialKind
    keys_page: str
    _unlocked: list[Verb] = field(default_factory=lambda: [Verb.TEST])
    _denied: list[ConnectorError] = field(default_factory=list)
    _missing: list[str] = field(default_factory=list)

    def run(self, probes: Sequence[Probe], other_kind: Callable[[], object]) -> CredentialReport:
        """Ask each probe; where all are denied, ask whether the key is one of the other kind."""
        for probe in probes:
            try:
                probe.ask()
            except ConnectorError as error:
                if error.fault not in {"credentials", "permission", "not_found"}:
                    return self._failed(error)
                self._denied.append(error)
                if error.fault == "permission":
                    self._missing.extend(faults.missing_permissions(error) or (probe.permission,))
            else:
                self._unlocked.extend(probe.unlocks)
        if len(self._denied) == len(probes) and _answers(other_kind):
            return self.wrong_kind()
        return self._works() if len(self._unlocked) > 1 else self._failed(self._denied[0])

    def wrong_kind(self) -> CredentialReport:
        """Report a key that belongs into the other field."""
        other = next(kind for kind in CredentialKind if kind is not self.kind)
        return self._report(
            "wrong_kind",
            f"This is {a(other)} key of {self.vendor}, and {a(self.kind)} key belongs here. "
            f"Enter it as the {other} key, and make {a(self.kind)} key at {self.keys_page}.",
        )

    def _works(self) -> CredentialReport:
        words = f"The key works and unlocks {', '.join(self._unlocked[1:])}."
        if self._missing:
            words += f" It lacks {self._lacks()}; grant it at {self.keys_page}."
        return self._report("", words)

    def _failed(self, error: ConnectorError) -> CredentialReport:
        advice = {
            "credentials": f" Check that the key is complete and not revoked: {self.keys_page}.",
            "permission": f" Grant it {self._lacks()} at {self.keys_page}.",
            "forbidden_host": " Check the base URL of the connection.",
            "not_found": " Check the base URL, and that this service is enabled for you.",
        }
        return self._report(error.fault, f"{error.message}{advice.get(error.fault, '')}")

    def _lacks(self) -> str:
        return ", ".join(dict.fromkeys(self._missing))

    def _report(self, fault: str, message: str) -> CredentialReport:
        return CredentialReport(
            credential=self.kind,
            ok=not fault,
            message=message,
            fault=fault,
            unlocks=() if fault else tuple(dict.fromkeys(self._unlocked)),
            missing_permissions=tuple(dict.fromkeys(self._missing)),
        )


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except ConnectorError:
        return False
    return True
