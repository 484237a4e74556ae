"""What every request is held to before anything is done for it."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.calls import count_call, kind_of_call
from armproject.lib.error_pages import too_many_requests
from armproject.lib.errors import InvalidInput
from armproject.lib.limits import Verdict
from armproject.lib.rest.body import Failure
from armproject.lib.rest.errors import failure_response

WHOLE_KEY = re.compile(r"arm_sk_live_[0-9a-f]{12}_[\w-]{20}")


class NoKeysInAddresses:
    """Refuse calls with an API key in their address, where logs and histories would keep it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = f"{request.path_info}?{request.META.get('QUERY_STRING', '')}"
        if not WHOLE_KEY.search(unquote(address)):
            return self.get_response(request)
        message = (
            "An API key stood in the address, where logs keep it. Revoke that key, and send keys"
            " as 'Authorization: Bearer …'."
        )
        if request.path_info.startswith("/api/"):
            return failure_response(InvalidInput(message))
        raise BadRequest(message)


def limited(request: HttpRequest, serve: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Serve the call if whoever makes it has calls left; the answer tells how many."""
    route = request.resolver_match.route if request.resolver_match else ""
    kind = kind_of_call(request.method or "", route, request.META.get("QUERY_STRING", ""))
    verdict = count_call(kind)
    if not verdict.is_allowed:
        return too_many_requests(request, _refusal(kind, verdict))
    response = serve()
    for name, value in verdict.headers.items():
        response.headers.setdefault(name, value)
    return response


def _refusal(kind: str, verdict: Verdict) -> Failure:
    seconds = verdict.headers["Retry-After"]
    message = (
        f"No more calls of the kind {kind} fit into the limit of {verdict.limit} just now."
        f" Try again in {seconds} s."
    )
    details = {"kind": kind, "limit": verdict.limit, "retry_after": int(seconds)}
    return Failure(429, "RATE_LIMITED", message, details, verdict.headers)
