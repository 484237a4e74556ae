"""Headers of a call: merged, checked, and the only place where secrets are revealed."""

import re
from collections.abc import Mapping

from armproject.lib import context
from armproject.lib.http.reply import RequestFailed
from armproject.lib.secret import Secret

Headers = Mapping[str, str | Secret]

DEFAULTS: Headers = {"accept": "application/json", "user-agent": "arm"}

# They decide where a request ends and who gets it, so no caller sets them.
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"(?:[!-~](?:[ \t!-~]*[!-~])?)?")


def outgoing(*layers: Headers) -> dict[str, str]:
    """Return the headers to send, later layers over earlier ones, secrets in clear.

    Raises RequestFailed("malformed") for what cannot stand in a header, without showing it.
    """
    merged = {name.lower(): value for layer in layers for name, value in layer.items()}
    shown = {name: _reveal(value) for name, value in merged.items()}
    for name, value in shown.items():
        if name in _OURS or not _NAME.fullmatch(name):
            raise RequestFailed("malformed", "A header of the request may not be set by callers.")
        if not _VALUE.fullmatch(value):
            raise RequestFailed(
                "malformed",
                f"The value of the header {name} holds characters that cannot be sent;"
                " check the credential for blanks and line breaks.",
            )
    return {**shown, "accept-encoding": "gzip"}


def trace() -> dict[str, str]:
    """Return the headers that let the other side tie its log to the request we serve."""
    request = context.current().request
    found = {"x-request-id": request.request_id}
    if request.trace_id and request.span_id:
        found["traceparent"] = f"00-{request.trace_id}-{request.span_id}-01"
    return {name: value for name, value in found.items() if value}


def _reveal(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
