"""What a model answered, read as what a stranger sent: bounded, clamped, and never an order.

Whatever stands in an answer becomes a fact, a preference or a summary. There is no field by which
a model could make an instruction, trust itself, choose an owner, or be as sure as a person.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any

from armproject.lib.errors import DomainError
from armproject.lib.parsing import parse_foreign_json

LARGEST_ANSWER = 256 * 2**10
LONGEST_TEXT = 1_000
LONGEST_SUMMARY = 2_000
LONGEST_NAME = 100
LONGEST_VALUE = 500
MOST = 20
# Of what a model concludes nobody is quite sure.
SUREST = 0.9
UNSURE = 0.5
FENCED = re.compile(r"\A\s*```[a-z]*\s*(.*?)\s*```\s*\Z", re.DOTALL)
WORD = re.compile(r"[^\w.\- ]+")


class Unreadable(DomainError):
    """The model's answer is not of the shape that was asked for."""

    status = 502
    code = "ENDPOINT_FAILED"


@dataclass(frozen=True, slots=True)
class Fact:
    text: str
    about: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Liking:
    """A preference that was observed."""

    category: str
    key: str
    value: str
    example: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Core:
    key: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Association:
    entity_type: str
    entity_id: str
    label: str
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Summary:
    text: str = ""
    key_entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    pattern_type: str
    description: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an interaction told; `intent` is "" where it told none."""

    facts: tuple[Fact, ...] = ()
    preferences: tuple[Liking, ...] = ()
    core: tuple[Core, ...] = ()
    associations: tuple[Association, ...] = ()
    intent: str = ""
    intent_confidence: float = UNSURE
    summary: Summary = field(default_factory=Summary)


def parse(answer: str) -> Mapping[str, Any]:
    """Return the object in a model's answer, also where it stands in a fence of Markdown."""
    match = FENCED.match(answer)
    try:
        told = parse_foreign_json(
            (match[1] if match else answer).encode(), max_bytes=LARGEST_ANSWER
        )
    except (DomainError, UnicodeEncodeError):
        told = None
    if not isinstance(told, Mapping):
        raise Unreadable("The model did not answer in the shape it was asked for.")
    return told


def read_extracted(told: Mapping[str, Any]) -> Extracted:
    """Return what is usable of an answer to `to_extract`; the rest is left out."""
    intent = told.get("intent")
    about_intent = intent if isinstance(intent, Mapping) else {"text": intent}
    return Extracted(
        facts=tuple(
            Fact(text, name(each.get("about")), sure(each))
            for each in rows(told.get("facts"))
            if (text := words(each.get("text")))
        ),
        preferences=tuple(_likings(told)),
        core=tuple(
            Core(key, value, sure(each))
            for each in rows(told.get("core"))
            if (key := slug(each.get("key"))) and (value := words(each.get("value"), LONGEST_VALUE))
        ),
        associations=tuple(
            Association(
                slug(each.get("entity_type")), name(each.get("entity_id")), label, text, sure(each)
            )
            for each in rows(told.get("associations"))
            if (label := name(each.get("label"))) and (text := words(each.get("text")) or label)
        ),
        intent=words(about_intent.get("text"), LONGEST_VALUE),
        intent_confidence=sure(about_intent),
        summary=read_summary(told.get("summary")),
    )


def read_summary(told: Any) -> Summary:
    """Return a summary, "" where there is none."""
    if not isinstance(told, Mapping):
        return Summary()
    found = told.get("key_entities")
    names = [name(each) for each in found[:MOST]] if isinstance(found, list) else []
    text = words(told.get("text"), LONGEST_SUMMARY)
    return Summary(text, tuple(dict.fromkeys(filter(None, names))))


def read_patterns(told: Mapping[str, Any]) -> list[Pattern]:
    """Return what is usable of an answer to `to_mine`."""
    return [
        Pattern(slug(each.get("pattern_type")) or "topic", text, sure(each))
        for each in rows(told.get("patterns"))
        if (text := words(each.get("description"), LONGEST_VALUE))
    ]


def _likings(told: Mapping[str, Any]) -> Iterator[Liking]:
    for each in rows(told.get("preferences")):
        category, key = slug(each.get("category")), slug(each.get("key"))
        value = words(each.get("value"), LONGEST_VALUE)
        if key and value:
            example = words(each.get("example"), LONGEST_VALUE)
            yield Liking(category or "general", key, value, example, sure(each))


def rows(found: Any) -> Sequence[Mapping[str, Any]]:
    """Return the first objects of what should be a list of them."""
    told = found if isinstance(found, list) else []
    return [each for each in told[:MOST] if isinstance(each, Mapping)]


def words(found: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text, its blanks folded, cut where it is too long."""
    told = found if isinstance(found, str) else ""
    return " ".join(told.replace("\0", " ").split())[:longest]


def name(found: Any) -> str:
    """Return one line of what people see."""
    return "".join(each for each in words(found, LONGEST_NAME) if each.isprintable()).strip()


def slug(found: Any) -> str:
    """Return a key: small letters, digits, and underscores for what stands between them."""
    return WORD.sub("_", name(found).lower()).strip("_ ").replace(" ", "_")


def sure(told: Mapping[str, Any]) -> float:
    """Return how sure the model is, from 0 to 0.9; half where it does not say."""
    found = told.get("confidence")
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        return UNSURE
    number = float(found)
    return min(max(number, 0.0), SUREST) if isfinite(number) else UNSURE
