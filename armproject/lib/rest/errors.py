"""Turns everything that can go wrong into one answer: a code, a sentence, details, no secrets."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core import exceptions as django
from django.core.signals import got_request_exception
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions as rest
from rest_framework.response import Response

from armproject.lib import context
from armproject.lib.errors import DomainError
from armproject.lib.metrics import Few, counter
from armproject.lib.rest.body import CODES, INVALID, Failure
from armproject.lib.rest.database import answer_to_database_error
from armproject.lib.rest.encoding import dumps
from armproject.lib.rest.invalid import invalid, model_problems, serializer_problems

log = structlog.get_logger(__name__)

ERRORS = counter("errors_total", "Failures that callers were told of, by code.", "type")
types = Few(100)

BEARER = {"WWW-Authenticate": "Bearer"}
NOTHING_HERE = Failure.of(404, "There is nothing here that you can see.")
TOO_DEEP = Failure(400, INVALID, "The input is nested too deeply.")
TOO_LARGE = Failure.of(413, "The request body is too large.")
SEND_JSON = "Send JSON, and say so: Content-Type: application/json."
UNREADABLE = Failure.of(400, "The request could not be understood.")

_FIXED = (
    ((Http404, django.ObjectDoesNotExist), NOTHING_HERE),
    ((django.RequestDataTooBig,), TOO_LARGE),
    ((django.SuspiciousOperation, django.BadRequest, UnreadablePostError), UNREADABLE),
    ((RecursionError,), TOO_DEEP),
)


def handle_exception(error: Exception, about: Mapping[str, Any]) -> Response:
    """Answer an exception of a view and undo what its transaction did (the DRF handler)."""
    answer = reported_failure(error, about.get("request"))
    _undo(about.get("view"))
    return Response(answer.envelope, status=answer.status, headers=dict(answer.headers))


def failure_response(answer: Failure | Exception) -> HttpResponse:
    """Return the same answer where no view runs: in middleware and for unknown paths."""
    known = answer if isinstance(answer, Failure) else failure_of(answer)
    return HttpResponse(
        dumps(known.envelope),
        status=known.status,
        content_type="application/json",
        headers=dict(known.headers),
    )


def reported_failure(error: Exception, request: HttpRequest | None) -> Failure:
    """Return how to answer this exception; a defect is logged, so that somebody hears of it."""
    answer = failure_of(error)
    ERRORS.labels(types(answer.code)).inc()
    if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _report(error, request)
    return answer


def failure_of(error: Exception) -> Failure:
    """Return how to answer this exception; what nobody foresaw is a 500 that tells only an id."""
    for judge in (_of_domain, _of_framework, _of_django, answer_to_database_error):
        if answer := judge(error):
            return answer
    return unforeseen()


def unforeseen() -> Failure:
    """Return the answer to a defect: the id under which the log tells more."""
    return Failure.of(
        500,
        "Something went wrong on our side. Tell us the request id and we can find out what.",
        request_id=context.current().request.request_id,
    )


def _of_domain(error: Exception) -> Failure | None:
    if not isinstance(error, DomainError):
        return None
    headers = _retry_after(getattr(error, "retry_after", None) or error.details.get("retry_after"))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers |= BEARER
    return Failure(error.status, error.code, error.message, error.details, headers)


def _of_framework(error: Exception) -> Failure | None:
    """Judge what DRF raises."""
    match error:
        case rest.ValidationError():
            return invalid(serializer_problems(error.detail))
        case rest.NotAuthenticated() | rest.AuthenticationFailed():
            return Failure(401, CODES[401], str(error.detail), headers=BEARER)
        case rest.NotFound():
            return NOTHING_HERE
        case rest.Throttled():
            message, wait = "Too many requests; wait a moment.", getattr(error, "wait", None)
            return Failure(429, CODES[429], message, headers=_retry_after(wait))
        case rest.APIException():
            code = CODES.get(error.status_code, "ERROR")
            return Failure(error.status_code, code, _sentence(error))
    return None


def _of_django(error: Exception) -> Failure | None:
    """Judge what Django and Python raise for input that went wrong."""
    if isinstance(error, django.ValidationError):
        return invalid(model_problems(error))
    if isinstance(error, django.PermissionDenied):
        return Failure.of(403, str(error) or "You may not do this.")
    return next((answer for kinds, answer in _FIXED if isinstance(error, kinds)), None)


def _retry_after(seconds: object) -> dict[str, str]:
    if not isinstance(seconds, int | float):
        return {}
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def _sentence(error: rest.APIException) -> str:
    """Return what DRF says; where it only says what is wrong, also what would be right."""
    told = str(error.detail) if isinstance(error.detail, str) else "; ".join(map(str, error.detail))
    is_bare = isinstance(error, rest.UnsupportedMediaType) and "media type" in told
    return f"{told} {SEND_JSON}" if is_bare else told


def _undo(view: object) -> None:
    """Undo the transaction around the view; a view that opens its own has undone them itself."""
    method = getattr(view, getattr(view, "action", None) or "", None)
    if any(getattr(marked, "own_transactions", False) for marked in (view, method)):
        return
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            connection.set_rollback(True)


def _report(error: Exception, request: HttpRequest | None) -> None:
    """Log a defect and let others know of it as Django does for its own views."""
    log.error("request_failed", exc_info=error)
    got_request_exception.send(sender=handle_exception, request=request)
