"""Sorting what a span tells: facts of the table, lists to put together, the rest."""

from typing import Any

import msgspec

from telemetry.dialects.content import MOST_KEPT, Fate, fate_of, keepable, place_in_list
from telemetry.dialects.index import FACTS, Fact
from telemetry.dialects.reading import size
from telemetry.dialects.table import FLATTENED, KEPT, RENAMED, SAYS_NOTHING
from telemetry.dialects.told import Attributes

Flat = dict[int, dict[str, Any]]
_UNTOLD = 1_000


class Facts(msgspec.Struct, gc=False):
    """What is known of a span: `fields` of its record, `hints` for those who read further.

    `lists` holds what was told as one attribute an element, `kept` what nobody mapped.
    """

    fields: dict[str, Any]
    hints: dict[str, Any]
    lists: dict[str, Flat]
    kept: Attributes
    scope: str = ""
    content_bytes: int = 0
    left_out: int = 0


def sort(attributes: Attributes, facts: Facts) -> Facts:
    """Add what these attributes tell to what is known; names of a newer kind win over others."""
    ranks: dict[str, int] = {}
    for key, value in attributes.items():
        fact = FACTS.get(key)
        if fact is None:
            _sort_unknown(key, value, facts)
            continue
        if fact.rank < ranks.get(fact.field, _UNTOLD):
            _take(fact, value, facts, ranks)
        if key in KEPT and (small := keepable(value)) is not None:
            facts.kept[key] = small
    return facts


def _take(fact: Fact, value: Any, facts: Facts, ranks: dict[str, int]) -> None:
    meant = fact.read(value)
    if meant is None or meant in ("", []) or SAYS_NOTHING.get(fact.field) == meant:
        return
    ranks[fact.field] = fact.rank
    known = facts.hints if fact.is_hint else facts.fields
    known[fact.field] = meant
    if fact.is_content:
        facts.content_bytes += size(meant)


def _sort_unknown(key: str, value: Any, facts: Facts) -> None:
    fate = fate_of(key)
    if fate is Fate.KEEP and (small := keepable(value)) is not None:
        if len(facts.kept) < MOST_KEPT:
            facts.kept.setdefault(RENAMED.get(key, key), small)
        else:
            facts.left_out += 1
    elif fate is Fate.FLATTENED:
        name, index, path = place_in_list(key)
        facts.lists.setdefault(name, {}).setdefault(index, {})[path] = value
        facts.content_bytes += size(value)
    elif value is not None:
        facts.content_bytes += size(value)


def conversation_lists(facts: Facts, side: str) -> Flat:
    """Return the list that tells one side of the conversation (Input or Output)."""
    names = (name for name, told in FLATTENED.items() if told == side)
    return next((facts.lists[name] for name in names if name in facts.lists), {})
