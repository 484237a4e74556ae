"""HalfVectorField: a column of vectors in half precision, of any number of dimensions."""

from typing import Any

from django.db import models


class HalfVectorField(models.Field[Any, Any]):
    """Vectors as pgvector's `halfvec`; statements of our own write and compare them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"editable": False, **options})

    def db_type(self, connection: Any) -> str:
        return "halfvec"
