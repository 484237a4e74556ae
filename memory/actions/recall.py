"""Recall what is remembered, for somebody who goes on from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from accounts.fence import fenced
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from armproject.lib.ids import uuid7
from memory.access import Reach, reach_of_call, require_reading
from memory.actions.note_uses import note_uses
from memory.actions.search_memories import check_limits
from memory.embedding.chunking import count_tokens
from memory.finding import MOST, Filters, Hit, Question, find, opened, understood
from memory.models import Memory, MemoryQuerySet, UseKind
from memory.owners import Owner
from memory.ranking import How, within_budget


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was recalled, under an id by which feedback is given; `left_out` did not fit."""

    id: UUID
    hits: list[Hit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: int = 0


def recall(
    query: str | None = None,
    *,
    ids: Sequence[UUID] | None = None,
    context_window: int | None = None,
    owners: frozenset[Owner] = frozenset(),
    filters: Filters | None = None,
    how: str = How.HYBRID,
    limit: int = 10,
    threshold: float | None = None,
    budget_tokens: int | None = None,
    reach: Reach | None = None,
) -> Recalled:
    """Recall memories by a question, by their ids, or the newest so many of the owners' memories.

    The same question over the same memories brings the same ones in the same order: by score, as
    the ids were given, or in the order of time. With `budget_tokens` what does not fit is left
    out, from the end of the list or, of a window, from its beginning. Each use is noted.
    """
    if sum(each is not None for each in (query, ids, context_window)) != 1:
        raise InvalidInput("Recall by one of query, ids and context_window.")
    check_limits(limit if context_window is None else context_window, threshold)
    filters = filters or Filters(owners=owners)
    with fenced():
        reach = reach or reach_of_call()
        require_reading("recall", reach, filters.owners)
    question = None if query is None else understood(query, how)
    with fenced(), transaction.atomic():
        rows = filters.of(reach.rows())
        if question is not None:
            hits, notes = _by_question(question, reach, filters, limit, threshold)
        else:
            hits, notes = _by_ids(rows, ids) if ids is not None else _window(rows, context_window)
        kept = _fitting(hits, budget_tokens, is_window=context_window is not None)
        recalled = Recalled(uuid7(), kept, notes, len(hits) - len(kept))
        _note(recalled, reach, is_scored=question is not None)
    return recalled


def _by_question(
    question: Question, reach: Reach, filters: Filters, limit: int, threshold: float | None
) -> tuple[list[Hit], list[str]]:
    found = find(question, reach, filters, limit=limit, threshold=threshold)
    return found.hits, found.notes


def _by_ids(rows: MemoryQuerySet, ids: Sequence[UUID]) -> tuple[list[Hit], list[str]]:
    """Return those of the ids that may be found, in the order they were given."""
    if len(ids) > MOST:
        raise InvalidInput(f"Ask for at most {MOST} memories at once.")
    known = rows.in_bulk(list(ids))
    found = [known[pk] for pk in dict.fromkeys(ids) if pk in known]
    missing = len(set(ids)) - len(found)
    notes = [f"{missing} of them cannot be found."] if missing else []
    return [_plain(memory) for memory in found], notes


def _window(rows: MemoryQuerySet, size: int | None) -> tuple[list[Hit], list[str]]:
    """Return the newest memories, in the order of time."""
    newest = list(rows.order_by("-created_at", "-id")[: size or 0])
    return [_plain(memory) for memory in reversed(newest)], []


def _plain(memory: Memory) -> Hit:
    return Hit(memory, opened(memory), 1.0, {})


def _fitting(hits: list[Hit], budget: int | None, *, is_window: bool) -> list[Hit]:
    if budget is None or not hits:
        return hits
    told = hits[::-1] if is_window else hits
    costs = count_tokens([hit.excerpt or hit.content or "" for hit in told])
    kept = told[: within_budget(costs, budget)]
    return kept[::-1] if is_window else kept


def _note(recalled: Recalled, reach: Reach, *, is_scored: bool) -> None:
    used = [(hit.memory, hit.score if is_scored else None) for hit in recalled.hits]
    note_uses(used, UseKind.RECALLED, reach=reach, recall=recalled.id)
    ids = [str(hit.memory.pk) for hit in recalled.hits]
    details = {"recall": str(recalled.id), "count": len(ids), "ids": ids}
    record("memories.recall", details=details)
