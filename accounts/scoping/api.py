"""The fence at the API's door: which rows there are for the caller."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.viewsets import GenericViewSet


def own_transactions(method: Any) -> Any:
    """Mark an endpoint that opens its own transactions, most often around the wait for a vendor."""
    method.own_transactions = True
    return method


class ScopedViewSet(GenericViewSet[Any]):
    """A viewset over one kind of tenant row.

    `permissions` maps each action to the permission it needs. The queryset starts from the row's
    `objects`, which the fence cuts to the caller's organization when it runs.
    """

    permissions: ClassVar[Mapping[str, str]] = {}


class ScopedRelatedField(serializers.PrimaryKeyRelatedField[Any]):  # noqa: TID251 - its heir
    """A link in a request body; a row of another organization does not exist for it."""

    default_error_messages = {"incorrect_type": "This must be an id."}
