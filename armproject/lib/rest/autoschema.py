"""How drf-spectacular reads our views."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import AllowAny

from armproject.lib.rest.schema import PAGED


class EnvelopeSchema(AutoSchema):
    """Describes a view; the two ways to say who asks hold for all that ask at all."""

    def _get_request_body(self, direction: str = "request") -> Any:
        """Describe the body of a deletion, too, where its view names one with its media type."""
        if self.method != "DELETE" or not isinstance(self.get_request_serializer(), dict):
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = "DELETE"

    def _get_pagination_parameters(self) -> Any:
        """Name the parameters of pages, too, where the answer is no list and has pages."""
        if not self.get_extensions().get(PAGED):
            return super()._get_pagination_parameters()  # type: ignore[no-untyped-call]
        view: Any = self.view
        return view.paginator.get_schema_operation_parameters(view)

    def get_auth(self) -> list[dict[str, Any]]:
        if not self.view.get_authenticators():
            return []
        ways: list[dict[str, Any]] = [{"apiKey": []}, {"session": []}]
        open_to_all = any(isinstance(one, AllowAny) for one in self.view.get_permissions())
        return [*ways, {}] if open_to_all else ways
