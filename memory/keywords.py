"""Memories by their words: keyed marks of stems, ranked by BM25 in the database.

Words stand in the database as marks alone, so one statement over a plain index finds them; under
row-level security nothing but comparisons of that kind may be asked of an index at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from accounts.fence import current_organization_id, fenced
from accounts.sealing import marks
from memory.among import EVERY, Among
from memory.ranking import K1, B, best_possible, weight_of

# Of a word in more memories than this the newest count; it hardly tells them apart.
MOST_OF_A_WORD: Final = 20_000
MOST_WORDS_ASKED: Final = 24
MARK_BYTES: Final = 8
FREQUENCIES: Final = """
SELECT word.mark, count(found.length), coalesce(avg(found.length), 1)
  FROM unnest(%s::bigint[]) AS word (mark)
  LEFT JOIN LATERAL (
    SELECT length FROM memory_term
     WHERE organization_id = %s AND mark = word.mark AND {among} LIMIT %s
  ) AS found ON true
 GROUP BY word.mark
"""
SCORES: Final = f"""
SELECT found.memory_id, sum(word.weight * found.count * ({K1} + 1)
       / (found.count + {K1} * (1 - {B} + {B} * found.length / %s::float8))) AS score
  FROM unnest(%s::bigint[], %s::float8[]) AS word (mark, weight)
 CROSS JOIN LATERAL (
    SELECT memory_id, count, length FROM memory_term
     WHERE organization_id = %s AND mark = word.mark AND {{among}}
     ORDER BY memory_id DESC LIMIT %s
  ) AS found
 GROUP BY found.memory_id ORDER BY score DESC, found.memory_id LIMIT %s
"""  # noqa: S608 - numbers of our own


@dataclass(frozen=True, slots=True)
class Worded:
    """What BM25 gives each memory that has a word of the question, and what it could give."""

    scores: Mapping[UUID, float]
    best: float


def word_marks(stems: Iterable[str]) -> list[int]:
    """Return the mark of each stem, a whole number of 64 bits."""
    told = (b"word\0" + stem.encode() for stem in stems)
    return [int.from_bytes(mark[:MARK_BYTES], "big", signed=True) for mark in marks(told)]


def by_words(stems: Sequence[str], limit: int, *, total: int, among: Among = EVERY) -> Worded:
    """Return the memories that have words of a question; of all, or among some.

    `total` is about how many there are; a word weighs the more the fewer of them have it.
    """
    asked = word_marks(stems[:MOST_WORDS_ASKED])
    if not asked:
        return Worded({}, 0.0)
    own: list[Any] = [current_organization_id()]
    with fenced(), connection.cursor() as cursor:
        cursor.execute(
            FREQUENCIES.format(among=among.sql), [asked, *own, *among.values, MOST_OF_A_WORD]
        )
        counts = {mark: (number, float(length)) for mark, number, length in cursor.fetchall()}
        usual = max((length for number, length in counts.values() if number), default=1.0)
        weights = [weight_of(counts[mark][0], total) for mark in asked]
        values = [usual, asked, weights, *own, *among.values, MOST_OF_A_WORD, limit]
        cursor.execute(SCORES.format(among=among.sql), values)
        scores = {memory_id: float(score) for memory_id, score in cursor.fetchall()}
    return Worded(scores, best_possible(weights))
