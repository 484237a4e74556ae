"""What is answered where no view was reached: JSON for programs, a page for people.

`urls.py` names these as handler400 to handler500, the settings name `csrf_failure`.
"""

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from armproject.lib import context
from armproject.lib.rest.body import Failure
from armproject.lib.rest.database import AWAY, answer_to_database_error
from armproject.lib.rest.errors import NOTHING_HERE, UNREADABLE, failure_response, unforeseen

PROGRAMS = ("/api/", "/v1/", "/metrics")
FORBIDDEN = Failure.of(403, "You may not do this.")
STALE_FORM = Failure.of(403, "The form was not sent from this site, or it is too old.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be served as it is, such as one for a foreign host."""
    return _answer(request, UNREADABLE)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that is not allowed."""
    return _answer(request, FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request for what does not exist."""
    return _answer(request, NOTHING_HERE)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a request that met a defect, or a database that is away."""
    error = sys.exception()
    is_away = isinstance(error, Exception) and answer_to_database_error(error) is AWAY
    return _answer(request, AWAY if is_away else unforeseen())


def too_many_requests(request: HttpRequest, failure: Failure) -> HttpResponse:
    """Answer a call that came too soon."""
    return _answer(request, failure)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token."""
    return _answer(request, STALE_FORM, stale_form=True)


def _answer(request: HttpRequest, failure: Failure, *, stale_form: bool = False) -> HttpResponse:
    if request.path.startswith(PROGRAMS):
        return failure_response(failure)
    about = {
        "home": settings.LOGIN_REDIRECT_URL,
        "request_id": context.current().request.request_id,
        "stale_form": stale_form,
    }
    page = render_to_string(f"errors/{failure.status}.html", about)
    return HttpResponse(page, status=failure.status, headers=dict(failure.headers))
