"""Choosing rows by when they began, in the organization's own time."""

from typing import Any

from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.utils import parse_datetime_str


class SpanFilter(RangeDateTimeFilter):  # type: ignore[misc]
    """From one moment to another, both as the organization's clock shows them."""

    def queryset(self, request: Any, queryset: Any) -> Any:
        for end, lookup in (("from", "gte"), ("to", "lte")):
            words = [self.used_parameters.get(f"{self.parameter_name}_{end}_{n}") for n in (0, 1)]
            moment = parse_datetime_str(" ".join(map(str, words))) if all(words) else None
            if moment is not None:
                aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
                queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": aware})
        return queryset
