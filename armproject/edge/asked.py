"""A request of RSGI as Django's views know it: an environment of WSGI and its answer."""

import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from wsgiref.types import WSGIApplication

NOT_PREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}

Meta = dict[str, Any]


def meta_of(scope: Any) -> Meta:
    """Return the headers under WSGI's names, and who sent them."""
    meta: Meta = {"REMOTE_ADDR": scope.client}
    if scope.authority:
        meta["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        key = _key(name)
        if not key:
            continue
        meta[key] = f"{meta[key]},{value}" if key in meta and key != "HTTP_HOST" else value
    return meta


# Callers send few different headers, most of them each time.
@lru_cache(500)
def _key(name: str) -> str:
    """Return WSGI's name of a header; of one with an underscore none.

    It could pass for another one's, which proxies watch.
    """
    if "_" in name:
        return ""
    return NOT_PREFIXED.get(name) or f"HTTP_{name.upper().replace('-', '_')}"


def ask_views(
    views: WSGIApplication, scope: Any, meta: Meta, body: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Let the views answer a request; returns status, headers and body."""
    host, _, port = scope.server.rpartition(":")
    told: list[tuple[int, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
        told.append((int(status.split(" ", 1)[0]), headers))
        return lambda _data: None

    environ: dict[str, Any] = {
        **meta,
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(scope.path, "latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    pieces = views(environ, start)
    try:
        answer = b"".join(pieces)
    finally:
        _close(pieces)
    status, headers = told[-1]
    return status, headers, answer


def _close(pieces: Iterable[bytes]) -> None:
    close: Callable[[], None] | None = getattr(pieces, "close", None)
    if close is not None:
        close()
