"""SealedField: a column that holds a secret, sealed; declaring it is what makes it rotate."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from armproject.lib.crypto import Purpose


class SealedField(models.BinaryField[Any, Any]):
    """Bytes that `sealing.seal` made for exactly this table, row and column.

    Nothing can be sealed for a column that is not declared with it, so rotating a key finds every
    value. To migrations it is a plain binary column.
    """

    def __init__(self, *args: Any, purpose: Purpose = Purpose.CREDENTIAL, **options: Any) -> None:
        super().__init__(*args, **{"editable": False, **options})
        self.purpose = purpose

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.BinaryField", args, options


class SealedUnder(models.Func):
    """The version of the key that sealed a column's value: bytes two and three of it."""

    template = "(get_byte(%(expressions)s, 1) * 256 + get_byte(%(expressions)s, 2))"
    arity = 1
    output_field = models.IntegerField()


def sealed_fields() -> Iterator[SealedField]:
    """Return every sealed column of the installation."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield field


@cache
def sealed_field(table: str, column: str) -> SealedField:
    """Return the declaration of one sealed column, or refuse."""
    for field in sealed_fields():
        if (field.model._meta.db_table, field.column) == (table, column):
            return field
    raise LookupError(f"{table}.{column} is not a SealedField; a rotated key would forget it.")
