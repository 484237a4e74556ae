"""How what was observed of a preference joins what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

MOST_EXAMPLES = 5
MOST_FORMER = 20
LONGEST_EXAMPLE = 300
# Nothing that is only observed is ever quite certain, and seeing it again is no independent proof.
SUREST = 0.99
WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Former:
    """A value that was given up, how sure it was, and until when it held (RFC 3339)."""

    value: str
    confidence: float
    until: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a preference says: its value, examples of it (newest first), and former values."""

    value: str
    examples: tuple[str, ...] = ()
    former: tuple[Former, ...] = ()

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Told":
        """Return what `plain` was made from."""
        former = tuple(Former(**each) for each in plain.get("former", ()))
        return cls(plain["value"], tuple(plain.get("examples", ())), former)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        former = [
            {"value": each.value, "confidence": each.confidence, "until": each.until}
            for each in self.former
        ]
        return {"value": self.value, "examples": list(self.examples), "former": former}


class Observed(NamedTuple):
    """What an observation makes of a preference; a contradiction gives the value up."""

    told: Told
    confidence: float
    is_contradiction: bool


def observe(
    known: Told, confidence: float, seen: str, *, seen_confidence: float, example: str, at: str
) -> Observed:
    """Return what is known after a value was seen with a confidence (0 to 1) at a time (RFC 3339).

    The same value makes it surer. Another one takes its place, and the former value stays known.
    """
    examples = with_example(known.examples, example)
    if is_same(known.value, seen):
        surer = 1 - (1 - confidence) * (1 - WEIGHT * seen_confidence)
        # What a person said is certain already and does not become less so.
        return Observed(
            replace(known, examples=examples),
            max(confidence, min(surer, SUREST)),
            is_contradiction=False,
        )
    former = (Former(known.value, confidence, at), *known.former)[:MOST_FORMER]
    fresh = with_example((), example)
    return Observed(Told(seen, fresh, former), min(seen_confidence, SUREST), is_contradiction=True)


def with_example(examples: tuple[str, ...], example: str) -> tuple[str, ...]:
    """Return the examples with one more before them, each once, at most five."""
    line = " ".join(example.split())[:LONGEST_EXAMPLE]
    return tuple(dict.fromkeys([line, *examples] if line else examples))[:MOST_EXAMPLES]


def is_same(one: str, other: str) -> bool:
    """Tell whether two values are the same but for blanks and case."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
