"""Some memories, as a condition on the column `memory_id` of a statement."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Among:
    """A condition and its values; without any, all memories of the organization."""

    sql: str = "true"
    values: tuple[Any, ...] = field(default_factory=tuple)

    @classmethod
    def ids(cls, memory_ids: Iterable[UUID]) -> Self:
        """Return the condition to be one of these."""
        return cls("memory_id = ANY (%s)", (list(memory_ids),))

    @classmethod
    def rows(cls, rows: "QuerySet[Any]") -> Self:
        """Return the condition to be one of the rows of a query, however many they are."""
        statement, values = rows.order_by().values("pk").query.sql_with_params()
        return cls(f"memory_id IN ({statement})", tuple(values))


EVERY = Among()
