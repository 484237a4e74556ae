"""Usage cut into time buckets and grouped by whatever a report asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from connectors.simulator.activity import HOUR, NOTHING, Tokens
from connectors.simulator.workers import Worker
from connectors.simulator.world import World


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker used with one model in one span, and in which session if that was asked."""

    worker: Worker
    model: str
    tokens: Tokens
    session: str | None = None


Dimension = Callable[[Share], object]
Group = tuple[object, ...]


def buckets(start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """Whole buckets that touch the span, the first one beginning at or before start."""
    at = start - start % width
    while at < end:
        yield at, at + width
        at += width


def shares(
    world: World,
    workers: Iterable[Worker],
    span: tuple[int, int],
    now: int,
    *,
    by_session: bool = False,
) -> Iterator[Share]:
    """Everything the workers used in the span, split where the model or the session changes."""
    for worker in workers:
        if by_session or worker.id in world.changes.models:
            yield from _hourly(world, worker, span, now, by_session=by_session)
            continue
        used = world.usage(worker, *span, now)
        if used.total:
            yield Share(worker, worker.role.model, used)


def grouped(
    found: Iterable[Share], dimensions: Mapping[str, Dimension], names: Iterable[str]
) -> dict[Group, dict[str, Tokens]]:
    """Tokens by group and, inside it, by model: money needs the model even where nobody asks."""
    readers = [dimensions[name] for name in names]
    totals: dict[Group, dict[str, Tokens]] = {}
    for share in found:
        group = tuple(reader(share) for reader in readers)
        models = totals.setdefault(group, {})
        models[share.model] = models.get(share.model, NOTHING).plus(share.tokens)
    return totals


def total(models: Mapping[str, Tokens]) -> Tokens:
    result = NOTHING
    for tokens in models.values():
        result = result.plus(tokens)
    return result


def _hourly(
    world: World, worker: Worker, span: tuple[int, int], now: int, *, by_session: bool
) -> Iterator[Share]:
    parts: dict[tuple[str, str | None], Tokens] = {}
    for start, end in buckets(*span, HOUR):
        used = world.usage(worker, max(start, span[0]), min(end, span[1]), now)
        if not used.total:
            continue
        session = world.session_id(worker, start // worker.slot) if by_session else None
        part = (world.model_at(worker, start), session if worker.agent else None)
        parts[part] = parts.get(part, NOTHING).plus(used)
    for (model, session), used in parts.items():
        yield Share(worker, model, used, session)
