"""Asking a vendor how its agents are, a few at a time and never for ever.

The first agent is asked alone: if the vendor refuses our key, the others are not asked at all, so
that a revoked key costs one call. Threads wait for the vendor; none of them uses the database.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

from connectors.base import AgentRef, Connector, ConnectorError, HealthReading

AT_ONCE = 8
SECONDS = 120.0
# With such an answer to the first, the answer to the others is known.
SHARED_FAULTS = frozenset({"credentials", "billing", "wrong_kind", "forbidden_host"})

Key = TypeVar("Key")
Outcome = HealthReading | ConnectorError


def ask_health(
    connector: Connector, agents: Mapping[Key, AgentRef], *, seconds: float = SECONDS
) -> dict[Key, Outcome]:
    """Return what the vendor says of each agent, or why it says nothing."""
    if not agents:
        return {}
    (first, ref), *others = agents.items()
    outcome = _ask(connector, ref)
    if isinstance(outcome, ConnectorError) and outcome.fault in SHARED_FAULTS:
        return dict.fromkeys(agents, outcome)
    return {first: outcome, **_ask_all(connector, others, seconds)}


def _ask_all(
    connector: Connector, agents: Sequence[tuple[Key, AgentRef]], seconds: float
) -> dict[Key, Outcome]:
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="health")
    try:
        futures = {
            key: pool.submit(copy_context().run, _ask, connector, ref) for key, ref in agents
        }
        wait(futures.values(), timeout=seconds)
        return {key: _told(future) for key, future in futures.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _told(future: "Future[Outcome]") -> Outcome:
    if future.done():
        return future.result()
    return ConnectorError(
        "There was no time left to ask: the vendor answers too slowly.", fault="timeout"
    )


def _ask(connector: Connector, ref: AgentRef) -> Outcome:
    try:
        return connector.health(ref)
    except ConnectorError as error:
        return error
