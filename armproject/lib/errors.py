"""Errors fit for people and machines: raised where known, rendered at the door."""

from typing import ClassVar


class DomainError(Exception):
    """Something a caller did or met that has a name; doors turn it into an answer.

    `code` is stable and machine-readable, `message` says in a sentence what happened and what to
    do, `details` is JSON for programs. Work that fails with a `permanent` error is never repeated;
    `retry_after` (seconds) says when repeating makes sense.
    """

    code: ClassVar[str] = "ERROR"
    status: ClassVar[int] = 400
    permanent: bool = False
    retry_after: float | None = None

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidInput(DomainError):
    """The request cannot be understood or breaks a rule; `fields` maps field to messages."""

    code = "VALIDATION_ERROR"
    status = 400


class Unauthenticated(DomainError):
    """No usable credential came with the request."""

    code = "UNAUTHENTICATED"
    status = 401


class Forbidden(DomainError):
    """The principal is known and may not do this."""

    code = "FORBIDDEN"
    status = 403


class NotFound(DomainError):
    """There is no such row in the caller's organization."""

    code = "NOT_FOUND"
    status = 404


class Conflict(DomainError):
    """The row is not in a state that allows this."""

    code = "CONFLICT"
    status = 409


class TooLarge(DomainError):
    """The request is larger than this endpoint reads."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413


class TooManyRequests(DomainError):
    """A limit was reached; `retry_after` (seconds) says when to come back."""

    code = "RATE_LIMITED"
    status = 429


class Unavailable(DomainError):
    """Something ARM needs is away for the moment; trying again later is right."""

    code = "UNAVAILABLE"
    status = 503
