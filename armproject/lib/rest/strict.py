"""Bodies are read strictly: what a request says and nobody reads is told, not ignored."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework import serializers

UNKNOWN = "There is no such field here."
UNNAMED = "There is a field that is not known here; its name is not one of a field."
GIVEN = "This is not for you to set."
# Only what could be a field's name (`p95_ms`) is told back: a key that slipped there is not.
NAME = re.compile(r"(?=.{1,40}$)[A-Za-z][A-Za-z_]*(?:[0-9]{1,2}[A-Za-z_]*)?")


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
                is_plain = NAME.fullmatch(str(name))
                yield (str(name), [UNKNOWN]) if is_plain else ("non_field_errors", [UNNAMED])
            elif self.fields[name].read_only:
                yield str(name), [GIVEN]
