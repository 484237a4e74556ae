"""Puts every answer of the API into the envelope, for programs and for the browsable API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.response import Response

from armproject.lib.errors import DomainError
from armproject.lib.rest.body import CODES, Envelope, Failure, success
from armproject.lib.rest.encoding import dumps

EMPTY = frozenset({204, 205, 304})


def enveloped(data: Any, response: Response) -> Envelope:
    """Wrap what a view answered, unless it is wrapped already.

    `response.meta`, set by the pagination, becomes the envelope's `meta`.
    """
    if isinstance(data, Envelope):
        return data
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return success(data, getattr(response, "meta", None))
    code = CODES.get(response.status_code, "ERROR")
    details = data if isinstance(data, Mapping) else {"detail": data}
    return Failure(response.status_code, code, f"{response.reason_phrase}.", details).envelope


class EnvelopeRenderer(BaseRenderer):
    """Renders every answer as JSON in the envelope; an empty answer stays empty."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        context = renderer_context or {}
        response = context["response"]
        if data is None and response.status_code in EMPTY:
            return b""
        return dumps(enveloped(data, response), indent=bool(context.get("indent")))


class EnvelopeBrowsableRenderer(BrowsableAPIRenderer):
    """The browsable API; it shows the same envelope, because it asks the renderer above."""

    def get_default_renderer(self, view: Any) -> BaseRenderer:
        return EnvelopeRenderer()

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> bool:
        """Leave out the form for what the person may not do; our own refusals say so too."""
        try:
            return bool(super().show_form_for_method(view, method, request, obj))
        except DomainError:
            return False
