"""From what a vendor answered, or failed to answer, to a ConnectorError.

The one place that decides whose turn it is. The vendor's own words are kept, cut, and without
anything like a key.
"""

import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from armproject.lib.http import Reply, RequestFailed
from armproject.lib.http.retrying import asked_pause
from armproject.lib.scrub import HIDDEN, scrub
from connectors.base import ConnectorError

MOST_WORDS = 500

_MASKED = re.compile(r"\bsk-[\w.…-]*\*[\w*.…-]*")
_SCOPES = re.compile(r"(?i)missing scopes?:\s*([\w.:, -]+?)(?:\.\s|\.$|$|[^\w.:, -])")
_SCOPE = re.compile(r"(?i)\b(?:api|read|write|org|model)[.:][\w.:]*\w")
_BILLING = {"insufficient_quota", "billing_not_active", "billing_error", "credit_balance_exhausted"}

_BY_STATUS = {
    401: ("credentials", True),
    402: ("billing", True),
    403: ("permission", True),
    404: ("not_found", True),
    408: ("timeout", False),
    409: ("conflict", False),
    412: ("conflict", False),
    429: ("rate_limited", False),
    529: ("overloaded", False),
}
_BY_FAILURE = {
    "forbidden_host": ("forbidden_host", True),
    "timeout": ("timeout", False),
    "too_large": ("malformed", True),
    "malformed": ("malformed", False),
}


def kept(words: str) -> str:
    """Return a vendor's words fit to keep and show: without keys, not even masked ones, and cut."""
    words = scrub(_MASKED.sub(HIDDEN, words)).strip()
    return words if len(words) <= MOST_WORDS else f"{words[: MOST_WORDS - 1]}…"


def of_reply(reply: Reply, vendor: str) -> ConnectorError:
    """Say what an answer with an error status means."""
    words, code, scopes = _read_body(reply)
    fault, permanent = _judge(reply.status, code, scopes)
    request_id = reply.headers.get("x-request-id") or reply.headers.get("request-id") or ""
    return ConnectorError(
        f"{vendor} answered {reply.status}: {_sentence(words or 'no reason given')}",
        fault=fault,
        permanent=permanent,
        retry_after=asked_pause(reply.headers, time.time()),
        vendor_status=reply.status,
        vendor_code=code,
        vendor_message=words,
        request_id=kept(request_id)[:128],
        missing_permissions=scopes,
    )


def of_failure(failure: RequestFailed, vendor: str) -> ConnectorError:
    """Say what it means that no usable answer came."""
    fault, permanent = _BY_FAILURE.get(failure.fault, ("unavailable", False))
    return ConnectorError(
        f"{vendor} could not be asked: {kept(failure.message)}",
        fault=fault,
        permanent=permanent,
        retry_after=failure.retry_after,
        reason=failure.fault,
    )


def missing_permissions(error: ConnectorError) -> tuple[str, ...]:
    """Return the permissions that the vendor said are missing."""
    scopes = error.details.get("missing_permissions")
    return tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else ()


def _sentence(words: str) -> str:
    """Return a vendor's words with an end, so that advice can follow them."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _judge(status: int, code: str, scopes: list[str]) -> tuple[str, bool]:
    if code in _BILLING:
        return "billing", True
    # OpenAI also answers 401, not 403, to a good key that lacks a scope.
    if status == HTTPStatus.UNAUTHORIZED and scopes:
        return "permission", True
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "unavailable", False
    return ("malformed", True) if status < HTTPStatus.BAD_REQUEST else ("refused", True)


def _read_body(reply: Reply) -> tuple[str, str, list[str]]:
    """Return the vendor's words, its code for the error, and the scopes it says are missing."""
    try:
        body = reply.json()
    except RequestFailed:
        body = None
    error: Any = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str):
        error = {"message": error}
    if not isinstance(error, Mapping):
        return "", "", []
    details = error.get("details")
    coded = details.get("error_code") if isinstance(details, Mapping) else None
    code = next((str(c) for c in (coded, error.get("code"), error.get("type")) if c), "")
    message = error.get("message")
    words = kept(message) if isinstance(message, str) else ""
    return words, kept(code)[:64], _scopes(words)


def _scopes(words: str) -> list[str]:
    named = _SCOPES.search(words)
    return sorted(set(_SCOPE.findall(named.group(1)))) if named else []
