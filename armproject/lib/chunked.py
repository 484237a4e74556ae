"""Chunked request bodies under WSGI.

A chunked request has no Content-Length, and Django reads a body without one as empty. The server
has already joined the chunks, so the body is read here to its bounded end and its length told.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from armproject.lib.rest.body import Failure
from armproject.lib.rest.encoding import dumps

LARGEST = 16 * 2**20
PIECE = 256 * 2**10


class ReadChunkedBody:
    """Wrap a WSGI application so that a chunked body reaches it like any other."""

    def __init__(self, application: WSGIApplication, *, largest: int = LARGEST) -> None:
        self.application = application
        self.largest = largest

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return self.application(environ, start_response)
        body = _read(environ["wsgi.input"], self.largest)
        if body is None:
            return _refuse(start_response, self.largest)
        environ["wsgi.input"] = body
        environ["CONTENT_LENGTH"] = str(len(body.getbuffer()))
        return self.application(environ, start_response)


def _read(stream: Any, largest: int) -> BytesIO | None:
    """Return the whole body, or None if it is longer than that."""
    body = BytesIO()
    while piece := stream.read(PIECE):
        if body.tell() + len(piece) > largest:
            return None
        body.write(piece)
    body.seek(0)
    return body


def _refuse(start_response: StartResponse, largest: int) -> Iterable[bytes]:
    message = f"The request body is larger than {largest} bytes."
    answer = dumps(Failure.of(413, message, max_bytes=largest).envelope)
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(answer))),
        ("Connection", "close"),
    ]
    start_response("413 Content Too Large", headers)
    return [answer]
