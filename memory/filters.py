"""By what memories are narrowed down, in the API as in the Studio."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from memory.models import Memory, MemoryQuerySet, MemoryState


class MemoryFilter(filters.FilterSet):  # type: ignore[misc]
    """Memories by whose they are, what they are, where they came from and what of them is left."""

    agent = filters.UUIDFilter(field_name="agent_id", label="An agent of the inventory.")
    run_id = filters.UUIDFilter(field_name="origins__run_id", label="A run it was concluded from.")
    parent = filters.UUIDFilter(
        field_name="origins__parent_id", label="A memory it was concluded from."
    )
    state = filters.ChoiceFilter(
        choices=MemoryState.choices, method="by_state", label="Without it, those that are live."
    )
    expired = filters.BooleanFilter(method="by_expiry", label="With those that expired lately.")
    valid_at = filters.IsoDateTimeFilter(method="by_moment", label="What was known at a moment.")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    confidence_from = filters.NumberFilter(field_name="confidence", lookup_expr="gte")
    metadata = filters.CharFilter(method="by_metadata", label="name:value, as text.")

    class Meta:
        model = Memory
        fields: ClassVar = [
            "owner_type",
            "owner_id",
            "horizon",
            "kind",
            "store",
            "key",
            "visibility",
            "source_type",
            "source_id",
            "imported_from",
            "is_trusted",
            "is_locked",
        ]

    def filter_queryset(self, queryset: Any) -> Any:
        """Leave out what cannot be found now, unless it is asked for."""
        told = self.form.cleaned_data
        rows = super().filter_queryset(queryset)
        if told.get("state") or told.get("valid_at"):
            return rows
        return rows.filter(state=MemoryState.LIVE) if told.get("expired") else rows.present()

    def by_state(self, rows: MemoryQuerySet, name: str, value: str) -> MemoryQuerySet:
        return rows.present() if value == MemoryState.LIVE else rows.filter(state=value)

    def by_expiry(self, rows: "QuerySet[Memory]", name: str, value: Any) -> "QuerySet[Memory]":
        return rows

    def by_moment(self, rows: MemoryQuerySet, name: str, value: Any) -> MemoryQuerySet:
        return rows.valid_at(value)

    def by_metadata(self, rows: MemoryQuerySet, name: str, value: str) -> MemoryQuerySet:
        key, _, wanted = value.partition(":")
        return rows.having(key, wanted)
