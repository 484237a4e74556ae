"""What is added up everywhere: tokens, volumes and money, all in whole numbers."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from costs.apportion import apportion, of_units

HOURS = 24


class Sums(NamedTuple):
    """Tokens and volumes of some traffic; `money` counts ten-thousand-millionths."""

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_write: int = 0
    requests: int = 0
    errors: int = 0
    money: int = 0

    @property
    def tokens(self) -> int:
        return self.input + self.output

    @property
    def cost(self) -> Decimal:
        return of_units(self.money)

    def plus(self, other: "Sums") -> "Sums":
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))

    def over_the_day(self) -> "list[Sums]":
        """Spread evenly over the hours of a day what is only known for the whole of it."""
        columns = [apportion(column, [1] * HOURS) for column in self]
        return [Sums(*row) for row in zip(*columns, strict=True)]


NOTHING = Sums()


def total(parts: Iterable[Sums]) -> Sums:
    result = NOTHING
    for part in parts:
        result = result.plus(part)
    return result
