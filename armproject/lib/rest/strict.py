"""Bodies are read strictly: what a request says and nobody reads is told, not ignored."""

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework import serializers

UNKNOWN = "There is no such field here."
GIVEN = "This is not for you to set."


class StrictFields(serializers.Serializer[Any]):
    """Refuses fields it does not know and fields that are only shown, each by its name.

    A typo would otherwise change nothing without a word, and a field that is not to be set would
    look as if it had been.
    """

    def to_internal_value(self, data: Any) -> Any:
        wrong = dict(self._wrong(data)) if isinstance(data, Mapping) else {}
        try:
            known = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                error.detail.update(wrong)
            raise
        if wrong:
            raise serializers.ValidationError(wrong)
        return known

    def _wrong(self, data: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
        for name in data:
            if name not in self.fields:
                yield str(name)[:100], [UNKNOWN]
            elif self.fields[name].read_only:
                yield str(name), [GIVEN]
