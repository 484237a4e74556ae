"""The one shape of every answer, as plain values: no framework, so any door can use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    409: "CONFLICT",
    410: "GONE",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    502: "BAD_GATEWAY",
    503: "UNAVAILABLE",
}
INVALID = "VALIDATION_ERROR"


class Envelope(dict[str, Any]):
    """A whole answer; the renderer wraps everything that is not one yet."""


def success(data: Any, meta: Mapping[str, Any] | None = None) -> Envelope:
    """Return the envelope of something that worked; only lists have `meta`."""
    body = Envelope(success=True, data=data)
    if meta is not None:
        body["meta"] = meta
    return body


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that did not work, as it will be answered: a code, a sentence, details."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, message: str, **details: Any) -> "Failure":
        """Return a failure with the usual code of this status."""
        return cls(status, CODES.get(status, "ERROR"), message, details)

    @property
    def envelope(self) -> Envelope:
        return Envelope(
            success=False,
            error={"code": self.code, "message": self.message, "details": dict(self.details)},
        )
