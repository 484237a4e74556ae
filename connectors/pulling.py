"""Pulling several levers: one that fails does not keep the others from being pulled."""

from collections.abc import Callable, Collection

from connectors.base import ConnectorError, Lever


class Pulls:
    """Collects what was pulled and what was not.

    `only` limits it to levers of these names; a rehearsal collects what would be pulled.
    """

    def __init__(self, only: Collection[str] | None = None, *, rehearse: bool = False) -> None:
        self._only = only
        self._rehearse = rehearse
        self._levers: list[Lever] = []
        self._first: ConnectorError | None = None

    def pull(self, name: str, detail: str, action: Callable[[], object]) -> None:
        if self._only is not None and name not in self._only:
            self.leave(name, "It was not pulled when this agent was paused.")
            return
        try:
            if not self._rehearse:
                action()
        except ConnectorError as error:
            self._first = self._first or error
            self._levers.append(Lever(name, pulled=False, detail=error.message, fault=error.fault))
        else:
            self._levers.append(Lever(name, pulled=True, detail=detail))

    def leave(self, name: str, why: str) -> None:
        self._levers.append(Lever(name, pulled=False, detail=why))

    def result(self) -> tuple[Lever, ...]:
        """Return every lever; raises the first failure if none could be pulled."""
        if self._first is not None and not any(lever.pulled for lever in self._levers):
            raise self._first
        return tuple(self._levers)
