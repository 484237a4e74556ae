"""JSON in, within limits: the size is known before anything is read."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from armproject.lib.errors import InvalidInput, TooLarge
from armproject.lib.parsing import parse_json

PIECE = 64 * 2**10


class StrictJSONParser(BaseParser):
    """Parses an object of `application/json`. A view may lower or raise `max_body_bytes`."""

    media_type = "application/json"
    renderer_class = JSONRenderer  # fills the browsable API's raw form, without the envelope
    max_bytes = 5 * 2**20
    max_depth = 64
    max_nodes = 100_000

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        about = parser_context or {}
        max_bytes = getattr(about.get("view"), "max_body_bytes", self.max_bytes)
        headers = _headers(about)
        if headers.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
            raise UnsupportedMediaType("", "A compressed body is not accepted here.")
        body = read_body(stream, headers, max_bytes)
        read = parse_json(
            body, max_bytes=max_bytes, max_depth=self.max_depth, max_nodes=self.max_nodes
        )
        if not isinstance(read, dict):
            raise InvalidInput("Send a JSON object: names and values in braces.")
        return read


def _headers(about: Mapping[str, Any]) -> Mapping[str, str]:
    request = about.get("request")
    return request.META if request is not None else {}


def read_body(stream: Any, headers: Mapping[str, str], max_bytes: int) -> bytes:
    """Return the whole body as it was sent; `TooLarge` as soon as it is longer than that."""
    told = headers.get("CONTENT_LENGTH") or "0"
    if told.isascii() and told.isdigit() and int(told) > max_bytes:
        raise _too_large(max_bytes)
    pieces, size = [], 0
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > max_bytes:
            raise _too_large(max_bytes)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The request body is larger than {max_bytes} bytes.", max_bytes=max_bytes)
