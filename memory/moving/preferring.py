"""Preferences on their way: what a bundle tells of one, and what it would become here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from armproject.lib.errors import InvalidInput
from memory import entries
from memory.formats.bundle import spell_moment
from memory.formats.entry import Preference as Travelling
from memory.formats.entry import moment, number, rows, text
from memory.gates import Effect, Writing, judge_writing
from memory.learning.observing import LONGEST_EXAMPLE, MOST_EXAMPLES, MOST_FORMER, Former, Told
from memory.models import Kind, Preference, Store
from memory.owners import ORGANIZATION, Owner

LONGEST_VALUE = 10_000
LONGEST_CATEGORY = 100
DIFFERS = "There is another preference with its key here; change that one by hand."


@dataclass(frozen=True, slots=True)
class Wish:
    """One preference of a file: what it would be here, or why it is not taken.

    With neither it is known already.
    """

    line: int
    reason: str = ""
    user: str = ""
    category: str = ""
    key: str = ""
    told: Told | None = None
    confidence: float = 1
    observations: int = 1
    last_observed_at: datetime | None = None

    @property
    def is_new(self) -> bool:
        return self.told is not None

    def row(self) -> Preference:
        """Return it as a row, not trusted: nobody here vouches for it."""
        row = Preference(
            user=self.user,
            category=self.category,
            key=self.key,
            confidence=self.confidence,
            observations=self.observations,
            source_type="import",
        )
        if self.last_observed_at is not None:
            row.last_observed_at = self.last_observed_at
        row.hold(self.told or Told(""))
        return row


def facts_of_preference(preference: Preference) -> dict[str, Any]:
    """Return what a bundle tells of a preference; raises Undecryptable where it does not open."""
    return {
        "id": str(preference.pk),
        "user": preference.user,
        "category": preference.category,
        "key": preference.key,
        **preference.told.plain(),
        "confidence": preference.confidence,
        "observations": preference.observations,
        "last_observed_at": spell_moment(preference.last_observed_at),
        "source_type": preference.source_type,
    }


def planned_preferences(listed: Sequence[Travelling]) -> list[Wish]:
    """Say of each preference of a file what becomes of it; nothing is changed."""
    wishes, seen = [], set()
    for each in listed:
        try:
            wish = _wish(each)
        except InvalidInput as error:
            wish = Wish(each.line, error.message)
        place = (wish.user, wish.category, wish.key)
        if wish.is_new and place in seen:
            wish = Wish(each.line, "The file holds its key more than once.")
        seen.add(place)
        wishes.append(_compared(wish) if wish.is_new else wish)
    return wishes


def _wish(travelling: Travelling) -> Wish:
    facts = travelling.facts
    value = text(facts, "value")
    if not value or len(value) > LONGEST_VALUE or "\0" in value:
        raise entries.refused("value", f"Give a value of at most {LONGEST_VALUE:,} characters.")
    category = entries.clean_line("category", text(facts, "category"))
    key = entries.clean_line("key", text(facts, "key"))
    if not category or not key or len(category) > LONGEST_CATEGORY:
        raise entries.refused("key", "It needs a category and a key.")
    confidence = entries.clean_confidence(number(facts, "confidence"))
    observations = facts.get("observations")
    is_count = isinstance(observations, int) and 0 < observations < 2**31
    return Wish(
        travelling.line,
        user=entries.clean_line("user", text(facts, "user")),
        category=category,
        key=key,
        told=Told(value, tuple(_examples(facts)), tuple(_formers(facts))),
        confidence=1 if confidence is None else confidence,
        observations=int(observations) if is_count and observations else 1,
        last_observed_at=moment(facts, "last_observed_at"),
    )


def _examples(facts: Mapping[str, Any]) -> list[str]:
    listed = facts.get("examples")
    told = listed if isinstance(listed, list) else []
    return [each[:LONGEST_EXAMPLE] for each in told if isinstance(each, str)][:MOST_EXAMPLES]


def _formers(facts: Mapping[str, Any]) -> list[Former]:
    told = [row for _, row in rows(facts.get("former")) if row and text(row, "value")]
    return [
        Former(text(row, "value"), number(row, "confidence") or 0.0, text(row, "until"))
        for row in told
    ][:MOST_FORMER]


def _compared(wish: Wish) -> Wish:
    there = Preference.objects.filter(user=wish.user, category=wish.category, key=wish.key).first()
    if there is not None:
        is_same = wish.told is not None and there.told.value == wish.told.value
        return Wish(wish.line, "" if is_same else DIFFERS)
    owner = Owner("user", wish.user) if wish.user else ORGANIZATION
    said = wish.told or Told("")
    content = "\n".join([said.value, *said.examples])
    verdict = judge_writing(
        Writing(owner, content, kind=Kind.PREFERENCE, store=Store.CORE, source_type="import")
    )
    if verdict.effect == Effect.ALLOW:
        return wish
    return Wish(wish.line, " ".join(verdict.reasons) or "A rule does not allow this to be kept.")
