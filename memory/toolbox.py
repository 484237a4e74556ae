"""The memory tools: their names, what each takes, and what of it is right.

What a tool takes is told as JSON Schema, and checked by the same table, so that both say the same.
None takes an owner that a model could choose: whose memories they are follows from the run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from armproject.lib.errors import InvalidInput

PREFIX = "memory."
STORE = "memory.store"
RETRIEVE = "memory.retrieve"
SEARCH = "memory.search"
DELETE = "memory.delete"

LONGEST_CONTENT = 20_000
LONGEST_QUERY = 2_000
MOST = 100
FEW = 10
# Longer nobody's short notes live; what is to stay has no end at all.
LONGEST_LIFE = 10 * 366 * 24 * 3600
OWNER = "Follows from the run; sent, it must agree with it."


@dataclass(frozen=True, slots=True)
class Argument:
    """One thing a tool takes. `kind` is a type of JSON; `most` bounds a number or a length."""

    kind: str
    about: str
    is_needed: bool = False
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 200

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        told: dict[str, Any] = {"type": self.kind, "description": self.about}
        if self.choices:
            told["enum"] = list(self.choices)
        elif self.kind == "string":
            told["maxLength"] = int(self.most)
        elif self.kind in ("integer", "number"):
            told |= {"minimum": self.least, "maximum": self.most}
        return told

    def problem(self, value: object) -> str:
        """Return what is wrong with a value, "" where nothing is."""
        if self.choices:
            return "" if value in self.choices else f"Choose one of {', '.join(self.choices)}."
        if self.kind == "string":
            fits = isinstance(value, str) and len(value) <= self.most
            return "" if fits else f"Send text of at most {int(self.most):,} characters."
        if self.kind == "object":
            return "" if isinstance(value, Mapping) else "Send an object."
        return "" if self._is_number(value) else f"Send a number from {self.least} to {self.most}."

    def _is_number(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return False
        is_whole = self.kind == "number" or isinstance(value, int)
        return is_whole and self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, and what it takes; `changes` tells that it writes."""

    name: str
    title: str
    about: str
    takes: Mapping[str, Argument] = field(default_factory=dict)
    changes: bool = False

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what it takes."""
        return {
            "type": "object",
            "properties": {name: each.schema() for name, each in self.takes.items()},
            "required": [name for name, each in self.takes.items() if each.is_needed],
            "additionalProperties": False,
        }

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments that were given; raises InvalidInput naming each that is wrong."""
        problems = dict(self._problems(arguments))
        if problems:
            name, (first, *_) = next(iter(problems.items()))
            raise InvalidInput(f"{name}: {first}", fields=problems)
        return {name: value for name, value in arguments.items() if value is not None}

    def _problems(self, arguments: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
        for name, value in arguments.items():
            known = self.takes.get(name)
            if known is None:
                yield str(name)[:40], ["There is no such argument."]
            elif value is not None and (problem := known.problem(value)):
                yield name, [problem]
        for name, known in self.takes.items():
            if known.is_needed and arguments.get(name) is None:
                yield name, ["This is needed."]


HORIZONS = ("short_term", "long_term", "profile")
KINDS = ("fact", "preference", "conversation")
_OWNER = {
    "owner_type": Argument("string", OWNER),
    "owner_id": Argument("string", OWNER),
}
_WHICH = {
    "type": Argument("string", "For how long it is meant to count.", choices=HORIZONS),
    "kind": Argument("string", "What it says.", choices=KINDS),
}
_LIMIT = {"limit": Argument("integer", "At most so many.", least=1, most=MOST)}

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            STORE,
            "Remember something",
            "Remember one thing for later runs. State it as a sentence about somebody or"
            " something; what reads like an instruction waits until a person has approved it.",
            {
                "content": Argument(
                    "string", "What to remember.", is_needed=True, most=LONGEST_CONTENT
                ),
                **_WHICH,
                "label": Argument("string", "A short name for it."),
                "key": Argument("string", "Kept under this key, it replaces what stood there."),
                "metadata": Argument("object", "Facts about it, to filter by."),
                "ttl": Argument(
                    "integer", "Forget it after so many seconds.", least=1, most=LONGEST_LIFE
                ),
                **_OWNER,
            },
            changes=True,
        ),
        Tool(
            RETRIEVE,
            "Read what is remembered",
            "Read memories by id or key, or else the newest ones.",
            {
                "memory_id": Argument("string", "The one with this id.", most=36),
                "key": Argument("string", "The one kept under this key."),
                **_WHICH,
                **_LIMIT,
                **_OWNER,
            },
        ),
        Tool(
            SEARCH,
            "Search what is remembered",
            "Find memories by what they mean, the best first.",
            {
                "query": Argument(
                    "string", "What to look for.", is_needed=True, most=LONGEST_QUERY
                ),
                "threshold": Argument("number", "Only what is at least so alike.", most=1),
                **_WHICH,
                **_LIMIT,
                **_OWNER,
            },
        ),
        Tool(
            DELETE,
            "Forget something",
            "Forget one memory of this run's user, or of this agent.",
            {
                "memory_id": Argument("string", "The memory to forget.", is_needed=True, most=36),
                **_OWNER,
            },
            changes=True,
        ),
    )
}
