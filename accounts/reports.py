"""What is asked about keys across tables."""

from collections import Counter

from django.db.models import Count

from accounts.models import OrganizationKey
from accounts.models.sealed_field import SealedUnder, sealed_fields


def sealed_by_version() -> Counter[int]:
    """Return how many values of the organization each version of its key has sealed."""
    counts = [
        field.model._default_manager.exclude(**{field.name: None})
        .order_by()
        .values(sealed_under=SealedUnder(field.name))
        .annotate(values_of_it=Count("pk"))
        .values_list("sealed_under", "values_of_it")
        for field in sealed_fields()
    ]
    total: Counter[int] = Counter()
    # One statement for all: there are many such columns.
    for version, number in counts[0].union(*counts[1:], all=True):
        total[version] += number
    return total


def keys_with_counts() -> list[OrganizationKey]:
    """Return the organization's keys, newest first, each with `sealed_values`."""
    counts = sealed_by_version()
    keys = list(OrganizationKey.objects.order_by("-version"))
    for key in keys:
        key.sealed_values = counts[key.version]
    return keys
