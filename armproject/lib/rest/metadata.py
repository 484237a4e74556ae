"""What OPTIONS answers: what a path is for and which methods it has, the same for everybody."""

from typing import Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

SCHEMA = "/api/schema"


class PathMetadata(BaseMetadata):
    """Names the methods of a path and points to the schema, which says all the rest."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        return {
            "description": view.get_view_description(),
            "methods": view.allowed_methods,
            "schema": SCHEMA,
        }
