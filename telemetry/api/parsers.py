"""Bodies that are read further in, where each item is judged by itself."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from armproject.lib.parsing import bounded_gunzip
from armproject.lib.rest.parsers import read_body

LARGEST = 16 * 2**20
ENCODINGS = ("identity", "gzip")


def unpacked(stream: Any, headers: Mapping[str, str]) -> bytes:
    """Return a body as it was before compression; both are held to the same size."""
    encoding = headers.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if encoding not in ENCODINGS:
        raise UnsupportedMediaType("", "Send the body as it is, or compressed with gzip.")
    body = read_body(stream, headers, LARGEST)
    return bounded_gunzip(body, LARGEST) if encoding == "gzip" else body


def told_size(request: Any) -> int:
    """Return how many bytes a request says that it brings."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isdecimal() else 0


class UnreadJSON(BaseParser):
    """Hands a JSON body on as the bytes it is."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {}).get("request")
        return unpacked(stream, request.META if request is not None else {})
