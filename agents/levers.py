"""What pausing and resuming pulled, and what there was not to pull."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from connectors.base import Connector, ConnectorError, Lever

GATE = "ARM's gate"


@dataclass(frozen=True, slots=True)
class Pull:
    """The outcome: every lever, ARM's own first, each pulled or not, and why not."""

    levers: tuple[Lever, ...]

    @property
    def pulled(self) -> list[str]:
        """Return the vendor's levers that were pulled, by name."""
        return [lever.name for lever in self.due]

    @property
    def due(self) -> list[Lever]:
        """Return the vendor's levers that were, or in a rehearsal would be, pulled."""
        return [lever for lever in self.levers if lever.pulled and lever.name != GATE]

    @property
    def left(self) -> list[Lever]:
        """Return the levers that are not pulled."""
        return [lever for lever in self.levers if not lever.pulled]

    @property
    def failed(self) -> list[Lever]:
        """Return the levers that exist and could not be pulled."""
        return [lever for lever in self.levers if lever.fault]

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(lever) for lever in self.levers]


def pull(
    gate: Lever,
    connector: Connector | None,
    verb: Callable[[Connector], Sequence[Lever]],
    *,
    why_not: str,
) -> Pull:
    """Pull the vendor's levers behind ARM's own; a vendor that fails is a lever not pulled."""
    if connector is None:
        return Pull((gate, Lever("vendor", pulled=False, detail=why_not)))
    try:
        with connector:
            return Pull((gate, *verb(connector)))
    except ConnectorError as error:
        return Pull((gate, Lever("vendor", pulled=False, detail=error.message, fault=error.fault)))
