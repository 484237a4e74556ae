"""What a session has shown of the person in it: by which means, when, and for whom it counts."""

import time
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

KEY: Final = "arm_signed_in"
SECOND_FACTORS: Final = frozenset({"totp", "recovery_code"})


@dataclass(frozen=True, slots=True)
class Facts:
    """`methods` are the proofs given, `at` (epoch seconds) the last of them.

    `organization` is set where an organization's own identity provider vouched: its word counts
    in that organization and nowhere else.
    """

    methods: tuple[str, ...] = ()
    at: float = 0.0
    organization: str = ""

    @classmethod
    def proven(cls, *methods: str, organization: str = "") -> "Facts":
        """Return the facts of a proof given now."""
        return cls(methods, time.time(), organization)

    @classmethod
    def of(cls, session: MutableMapping[str, Any]) -> "Facts":
        """Read the facts of a session; one without any has shown nothing."""
        kept = session.get(KEY) or {}
        return cls(
            tuple(kept.get("methods", ())), kept.get("at", 0.0), kept.get("organization", "")
        )

    def keep(self, session: MutableMapping[str, Any]) -> None:
        session[KEY] = asdict(self)

    def renewed(self, *methods: str) -> "Facts":
        """Return the facts after the person proved again, now, who they are."""
        together = tuple(dict.fromkeys((*self.methods, *methods)))
        return replace(self, methods=together, at=time.time())

    @property
    def has_second_factor(self) -> bool:
        return bool(SECOND_FACTORS & set(self.methods))
