"""What a call brings back: a reply, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from armproject.lib.errors import DomainError
from armproject.lib.parsing import parse_foreign_json

Fault = Literal[
    "forbidden_host",
    "timeout",
    "unavailable",
    "too_large",
    "malformed",
    "lane_full",
    "breaker_open",
]


class RequestFailed(Exception):
    """There is no usable HTTP answer. Neither message nor attributes hold an address or a body.

    `retry_after` is in seconds, where known. `unsent` tells that the request surely never left.
    """

    def __init__(
        self,
        fault: Fault,
        message: str,
        *,
        retry_after: float | None = None,
        unsent: bool = False,
    ) -> None:
        super().__init__(message)
        self.fault: Fault = fault
        self.message = message
        self.retry_after = retry_after
        self.unsent = unsent


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer of any status, its body unpacked and complete.

    Header names are lower-case, repeated headers joined by ", ". `elapsed_ms` is the time of the
    last attempt alone.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed_ms: int

    def json(self) -> Any:
        """Return the body as JSON, fractions as Decimal; raises RequestFailed("malformed")."""
        try:
            return parse_foreign_json(self.body, max_bytes=len(self.body))
        except DomainError as error:
            message = error.message
        raise RequestFailed("malformed", f"The answer could not be read. {message}")
