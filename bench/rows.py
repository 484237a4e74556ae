"""What a benchmark prints: one row a figure, for people or for programs."""

import json
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One figure. `bar` is what it should reach, `at_most` tells from which side."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    at_most: bool = False

    @property
    def holds(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar


def show(rows: list[Row], *, as_json: bool) -> str:
    """Return the rows as a table, or as the JSON that other programs read."""
    if as_json:
        listed = [
            {**{k: v for k, v in asdict(row).items() if k != "at_most"}, "holds": row.holds}
            for row in rows
        ]
        return json.dumps({"rows": listed})
    width = max(len(row.name) for row in rows)
    return "\n".join(_line(row, width) for row in rows)


def _line(row: Row, width: int) -> str:
    verdict = {True: "holds", False: "FALLS SHORT", None: ""}[row.holds]
    sign = "≤" if row.at_most else "≥"
    bar = "" if row.bar is None else f"{sign} {row.bar:g}"
    return f"{row.name:<{width}}  {row.value:>12,.2f} {row.unit:<10} {bar:<8} {verdict}".rstrip()


def say(what: str) -> None:
    """Tell how far it is, beside the figures."""
    print(what, file=sys.stderr, flush=True)
