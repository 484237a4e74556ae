"""Discovery from several sources: one that fails leaves the others standing, and is named."""

from collections.abc import Callable, Iterable, Sequence, Set
from typing import TypeVar

from connectors.base import ConnectorError, Discovery, FoundAgent, Unread

T = TypeVar("T")


class Gathering:
    """Keeps which sources were read to their end, and what could not be read."""

    def __init__(self) -> None:
        self._read: dict[str, bool] = {}
        self._unread: list[Unread] = []
        self._first: ConnectorError | None = None

    def read(
        self, what: str, rows: Callable[[], Iterable[T]], *, of: Sequence[str] = ()
    ) -> list[T] | None:
        """Read one list whole; None means that it failed, and so did the sources it is part of."""
        try:
            found = list(rows())
        except ConnectorError as error:
            self._miss(what, error, of)
            return None
        for source in of:
            self._read.setdefault(source, True)
        return found

    def unowned(
        self,
        candidates: Sequence[FoundAgent],
        agents: Sequence[FoundAgent],
        uses: Callable[[], Iterable[tuple[str, bool]]],
        *,
        of: Sequence[str],
    ) -> list[FoundAgent]:
        """Leave out candidates that belong to known agents; `uses` as in `only_by_agents`.

        Where it cannot be told for the moment which keys agents use, there are no candidates this
        time: else agents' keys would appear as new and vanish with the next discovery.
        """
        agent_keys: set[str] = set()
        try:
            if candidates:
                agent_keys = only_by_agents(uses())
        except ConnectorError as error:
            self._miss("which keys agents use", error, () if error.permanent else of)
            if not error.permanent:
                return []
        return unowned(candidates, agents, agent_keys)

    def _miss(self, what: str, error: ConnectorError, of: Sequence[str]) -> None:
        self._first = self._first or error
        self._unread.append(Unread(what, error.message, error.fault))
        self._read.update(dict.fromkeys(of, False))

    def result(self, agents: Iterable[FoundAgent]) -> Discovery:
        """Return what was found; raises the first failure if there is nothing to stand on."""
        found = tuple(agents)
        complete = tuple(source for source, whole in self._read.items() if whole)
        if self._first is not None and not complete and not found:
            raise self._first
        return Discovery(found, complete, tuple(self._unread))


def unowned(
    candidates: Iterable[FoundAgent], agents: Sequence[FoundAgent], agent_keys: Set[str]
) -> list[FoundAgent]:
    """Leave out candidates that clearly belong to a known agent.

    It has their name, or its own metadata names them or one of their keys, or all their keys are
    among `agent_keys`, which nobody but agents uses.
    """
    names = {agent.name.casefold() for agent in agents}
    mentioned = {str(value) for agent in agents for value in agent.metadata.values()}
    return [
        candidate
        for candidate in candidates
        if candidate.name.casefold() not in names
        and mentioned.isdisjoint({candidate.vendor_agent_id, *keys_of(candidate)})
        and not (keys_of(candidate) and set(keys_of(candidate)) <= agent_keys)
    ]


def only_by_agents(uses: Iterable[tuple[str, bool]]) -> set[str]:
    """Return the keys that only agents used; each use tells the key and whether by an agent."""
    by_agents: set[str] = set()
    by_others: set[str] = set()
    for key, agent in uses:
        (by_agents if agent else by_others).add(key)
    return by_agents - by_others


def keys_of(candidate: FoundAgent) -> list[str]:
    """Return the ids of the keys that a candidate uses."""
    return list(candidate.config.get("api_key_ids", []))
