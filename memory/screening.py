"""What must not enter a memory unseen: text that wants to be obeyed by whoever reads it later.

Memories stand in prompts, and a model cannot tell what it is told from what it is told about. What
agents, users and files bring is therefore looked at before it is kept, and withheld where it reads
like an order. That is a net and no proof: what it misses is still fenced as data when it is
recalled, and can only do what tools and policies allow. All shapes run on RE2, in time that grows
with the text alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import re2

from armproject.lib.scrub import holds_secret
from memory.addressing import ADDRESSED, STRICT
from memory.disguises import LONGEST, count_unseen, hidden, is_text, plain, readings, unseen
from memory.gates import ALLOWED, Effect, Verdict, Writing
from memory.shapes import ENCODED, INSTRUCTION, SECRETS, SHAPES, UNSEEN

# Emoji and some scripts need a few joiners; more of them are a disguise.
MOST_UNSEEN = 8
UNSEEN_SHARE = 0.02
# Reasons stand in one short line; the first say enough.
MOST_REASONS = 4
# What was said is full of requests by nature; what was concluded from it states something.
TALK = ("conversation", "episodic")

_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 64 * 2**20
_COMPILED: tuple[tuple[str, Any], ...] = tuple(
    (reason, re2.compile("|".join(f"(?:{shape})" for shape in shapes), _OPTIONS))
    for reason, shapes in SHAPES
)


# "Basic exercises" look like a header of HTTP to the net under logs.
_NO_SCHEME = re2.compile(r"(?i)\bbasic +[a-z]+\b")
_ADDRESSED = re2.compile("|".join(f"(?:{shape})" for shape in STRICT), _OPTIONS)


def screen(*texts: str, strictly: bool = False) -> tuple[str, ...]:
    """Return why a text is to be withheld, a sentence for each reason; none where it is not.

    Strictly, it must state something: what speaks to whoever reads it is withheld, too. What was
    said in a conversation does so by nature, what was concluded from one does not.
    """
    found: dict[str, None] = {}
    for text in filter(None, texts):
        found |= dict.fromkeys(_reasons(text[:LONGEST]))
        if strictly and any(_ADDRESSED.search(each) for each in (plain(text), text)):
            found[ADDRESSED] = None
    return tuple(found)


def judge(writing: Writing) -> Verdict:
    """Say what is to become of something to be kept; what people write by hand is theirs."""
    if writing.is_by_hand:
        return ALLOWED
    is_learned = writing.run_id is not None or writing.source_type == "inference"
    is_talk = writing.kind in TALK or writing.store in TALK
    words = (writing.content, writing.label, writing.key, *words_of(writing.metadata))
    found = screen(*words, strictly=is_learned and not is_talk)
    if writing.kind == "instruction":
        found = (INSTRUCTION, *found)
    return Verdict(Effect.WITHHOLD, found[:MOST_REASONS]) if found else ALLOWED


def words_of(value: object) -> Iterator[str]:
    """Yield every string within JSON, keys of objects too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from words_of(each)
    elif isinstance(value, Iterable):
        for each in value:
            yield from words_of(each)


def _reasons(text: str) -> Iterator[str]:
    for reading in readings(text):
        yield from _shapes_in(reading)
    for piece in hidden(text):
        if is_text(piece):
            yield ENCODED
        for reading in readings(piece):
            yield from _shapes_in(reading)
    if unseen(text) or count_unseen(text) > max(MOST_UNSEEN, len(text) * UNSEEN_SHARE):
        yield UNSEEN
    if holds_secret(_NO_SCHEME.sub("", text)):
        yield SECRETS


def _shapes_in(text: str) -> Iterator[str]:
    single = " ".join(text.split())
    for reason, shape in _COMPILED:
        if shape.search(text) or (single != text and shape.search(single)):
            yield reason
