"""Taking out of text what must not be kept, and counting what was taken."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from armproject.lib.scrub import HIDDEN, holds_secret, scrub
from telemetry.content.recognising import ANY, SECRET, SHAPES, Shape, compiled

DEEPEST = 32
# Shorter numbers are no telephone's, card's or account's.
SMALL = 10**6


class Redactor:
    """Replaces whatever is recognised by its kind, such as [email]; `counts` how often, by kind.

    `own` are expressions of the organization by their kind; they come after ARM's own.
    """

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self.own = [Shape(kind, compiled(told)) for kind, told in (own or {}).items()]
        self.shapes = (*SHAPES, *self.own)
        self.counts: Counter[str] = Counter()

    def may_find(self, told: str) -> bool:
        """Say whether there could be anything in the text; that costs less than taking it out."""
        if holds_secret(told) or ANY.search(told) is not None:
            return True
        return any(shape.expression.search(told) is not None for shape in self.own)

    def text(self, told: str) -> str:
        """Return the text without what was recognised."""
        if not told or not self.may_find(told):
            return told
        text = self._without_secrets(told)
        for shape in self.shapes:
            if shape.needs in text:
                text = self._without(shape, text)
        return text

    def value(self, told: Any, depth: int = 0) -> Any:
        """Return a JSON value of the same shape, all of whose texts are redacted."""
        if isinstance(told, str):
            return self.text(told)
        if isinstance(told, int | float) and not isinstance(told, bool):
            return self._number(told)
        if depth >= DEEPEST:
            return None if isinstance(told, dict | list) else told
        if isinstance(told, list):
            return [self.value(each, depth + 1) for each in told]
        if isinstance(told, dict):
            return {self.text(str(key)): self.value(told[key], depth + 1) for key in told}
        return told

    def taken(self) -> dict[str, int]:
        """Return how often each kind was taken out since this was last asked."""
        counts, self.counts = dict(self.counts), Counter()
        return counts

    def _number(self, told: float) -> Any:
        if abs(told) < SMALL:
            return told
        text = self.text(written := str(told))
        return told if text == written else text

    def _without_secrets(self, text: str) -> str:
        """Cut out secrets; who wrote the mark already is not counted."""
        already = text.count(HIDDEN)
        clean = scrub(text)
        if found := clean.count(HIDDEN) - already:
            self.counts[SECRET] += max(found, 0)
        return clean.replace(HIDDEN, f"[{SECRET}]")

    def _without(self, shape: Shape, text: str) -> str:
        def instead(found: Any) -> str:
            before, told, behind = found.groups() if shape.is_framed else ("", found.group(), "")
            if behind or not shape.proves(told):
                return str(found.group())
            self.counts[shape.kind] += 1
            return f"{before}[{shape.kind}]"

        return str(shape.expression.sub(instead, text))
