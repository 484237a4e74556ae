"""The door every request passes: who asks, for which organization, in one transaction.

Programs come with a key or an access token and take a lane of their own past everything that
only browsers need (session, origin checks, messages); people come with a session.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

from accounts.actions.enter_organization import SESSION_KEY
from accounts.actions.identify_api_key import identify_api_key
from accounts.actions.identify_person import identify_person
from accounts.admission import limited
from accounts.fence import fenced
from accounts.models.api_key import PREFIX
from accounts.signin import sessions
from accounts.signin.standing import Standing, choose
from armproject.lib import context
from armproject.lib.context import Context
from armproject.lib.errors import DomainError

View = Callable[..., HttpResponseBase]
# Where programs call: the API, and the paths of OpenTelemetry's own protocol.
PROGRAMS = ("/api/", "/v1/")
# Where the Langfuse SDK calls, which sends a key as the password of a name.
LANGFUSE = "/api/public/"
# Where an operator's token is as good as a key, and the view alone knows it.
METRICS = "/metrics"


class ProgramLane:
    """Serve calls with a key or a token at once, without the middleware that browsers need."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = told_token(request.META.get("HTTP_AUTHORIZATION", ""), request.path_info)
        if token is None or not _is_for_programs(request.path_info, token):
            return self.get_response(request)
        try:
            match = _match(request.path_info, settings.ROOT_URLCONF)
        except Resolver404:
            return self.get_response(request)
        request.get_host()  # refuses names that are not ours
        request.resolver_match = match
        request.user = AnonymousUser()
        try:
            chosen = _identified(request, token)
        except DomainError as error:
            request.arm_refusal = error  # type: ignore[attr-defined]
            chosen = context.current()
        response = serve(request, match.func, match.args, match.kwargs, chosen)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


class OrganizationMiddleware:
    """Run each view as the person who is signed in, in the organization they work in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponseBase:
        return serve(request, view, args, kwargs, _from_session(request))


def serve(
    request: HttpRequest, view: View, args: Any, kwargs: Any, chosen: Context
) -> HttpResponseBase:
    """Run a view in this context, inside the fence and in one transaction.

    A view marked `own_transactions` runs without the transaction around it, because it waits for
    somebody else's server; it opens `fenced()` for what it reads and writes.
    """
    request.arm_context = chosen  # type: ignore[attr-defined]

    def answer() -> HttpResponseBase:
        with _transaction(request, view):
            response = view(request, *args, **kwargs)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
        return response

    with context.use(chosen):
        return limited(request, answer)


@contextmanager
def _transaction(request: HttpRequest, view: Any) -> Iterator[None]:
    if _has_own_transactions(request, view):
        yield
    else:
        with fenced():
            yield


def _has_own_transactions(request: HttpRequest, view: Any) -> bool:
    """Look for the mark on the view, on its class, or on the method a viewset will call."""
    viewset = getattr(view, "cls", None)
    actions = getattr(view, "actions", None) or {}
    handler = getattr(viewset, actions.get((request.method or "").lower(), ""), None)
    marked = (view, viewset, getattr(view, "view_class", None), handler)
    return any(getattr(candidate, "own_transactions", False) for candidate in marked)


def _is_for_programs(path: str, token: str) -> bool:
    return path.startswith(PROGRAMS) or (path == METRICS and token.startswith(PREFIX))


@lru_cache(maxsize=500)
def _match(path: str, urls: str) -> ResolverMatch:
    """Find the view of a path; programs ask the same few again and again."""
    return resolve(path, urls)


def told_token(authorization: str, path: str) -> str | None:
    """Return the token of a call; SDKs that know name and password send a key as the latter."""
    scheme, _, told = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return told.strip()
    if scheme.lower() != "basic" or not path.startswith(LANGFUSE):
        return None
    try:
        return b64decode(told, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _identified(request: HttpRequest, token: str) -> Context:
    """Return the context of the key's or the token's calls; a person's token brings its session."""
    if token.startswith(PREFIX):
        return identify_api_key(token)
    standing, request.session = identify_person(token)
    request.user = standing.user
    request.arm_bearer = True  # type: ignore[attr-defined]
    return _standing_in(request, standing)


def _from_session(request: HttpRequest) -> Context:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return context.current()
    sessions.touch(request.session)
    standing = choose(request.user, request.session, request.session.get(SESSION_KEY))
    return _standing_in(request, standing)


def _standing_in(request: HttpRequest, standing: Standing) -> Context:
    request.arm_standing = standing  # type: ignore[attr-defined]
    request.arm_memberships = standing.memberships  # type: ignore[attr-defined]
    request.arm_not_admitted = standing.refusal  # type: ignore[attr-defined]
    return standing.context()
