"""Tells on the terminal what is being done and how long it took."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

WIDTH = 44


@dataclass
class Progress:
    """The steps so far, with their seconds."""

    done: list[tuple[str, float]] = field(default_factory=list)
    parts: list[tuple[str, float]] = field(default_factory=list)  # of the step under way

    def __post_init__(self) -> None:
        self._total = 0.0

    def note_part(self, title: str, seconds: float) -> None:
        """Remember a part of the step under way; its seconds are among those of the step."""
        self.parts.append((f"  {title}", seconds))

    @contextmanager
    def step(self, title: str, *, talks: bool = False) -> Iterator[None]:
        """Show one step and its seconds; `talks` where the step writes lines of its own."""
        say(f"  {title} ", end="\n" if talks else "")
        began = time.monotonic()
        try:
            yield
        except BaseException:
            say("  … interrupted" if talks else f"{_dots(title)} failed")
            raise
        seconds = time.monotonic() - began
        self.done += [(title, seconds), *self.parts]
        self.parts = []
        self._total += seconds
        lead = f"  {_dots('')}  " if talks else f"{_dots(title)} "
        say(f"{lead.rstrip()} {seconds:6.1f} s")

    def table(self) -> list[str]:
        """Return the steps as the lines of a table, with their sum."""
        rows = [*self.done, ("Everything together", self._total)]
        return [f"{title:<{WIDTH}} {seconds:7.1f} s" for title, seconds in rows]


def _dots(title: str) -> str:
    return "." * max(3, WIDTH - len(title))


def say(text: str, end: str = "\n") -> None:
    """Write to the terminal at once."""
    print(text, end=end, flush=True)  # noqa: T201 - the terminal is what this package is for


def frame(lines: Sequence[str]) -> str:
    """Draw a frame around lines."""
    width = max(map(len, lines))
    edge = "─" * (width + 4)
    body = [f"│  {line:<{width}}  │" for line in lines]
    return "\n".join((f"┌{edge}┐", *body, f"└{edge}┘"))
