"""Gives every request an id and a place in its trace, and logs it in one line."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address
from time import perf_counter
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from armproject.lib import context
from armproject.lib.afterwards import answering
from armproject.lib.requests import count_request, tell_request
from armproject.lib.scrub import printable

log = structlog.get_logger("armproject.access")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class Trace:
    """Our span of a W3C trace; `flags` says whether its beginner wants it recorded."""

    trace_id: str
    span_id: str
    flags: str
    parent_id: str = ""

    @classmethod
    def following(cls, header: str) -> "Trace":
        """Continue the caller's trace with a span of ours, or begin one."""
        found = TRACEPARENT.fullmatch(header.strip())
        if found is None:
            return cls.begun()
        version, trace_id, parent, flags, more = found.groups()
        unknown = version == "ff" or (version == "00" and more is not None)
        if unknown or not trace_id.strip("0") or not parent.strip("0"):
            return cls.begun()
        return cls(trace_id, secrets.token_hex(8), flags if version == "00" else "00", parent)

    @classmethod
    def begun(cls) -> "Trace":
        """Begin a trace."""
        drawn = secrets.token_hex(24)
        return cls(drawn[:32], drawn[32:], "01")

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


class RequestContextMiddleware:
    """Stands outermost: what is inside can ask the context which request it serves.

    Who asks is learnt further in; whoever learns it may leave it as `request.arm_context`, and
    the access log will name the organization and the principal.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        info, told = begin_request(request.META)
        with context.use(replace(context.current(), request=info)) as outer:
            response = answering(lambda: self.get_response(request))
            with context.use(getattr(request, "arm_context", outer)):
                _tell(request, response, perf_counter() - began)
        for name, value in told.items():
            response.headers[name] = value
        return response


def begin_request(meta: Mapping[str, Any]) -> tuple[context.RequestInfo, dict[str, str]]:
    """Return what is known of a request by its headers, and the headers that tell it back."""
    trace = Trace.following(meta.get("HTTP_TRACEPARENT", ""))
    info = context.RequestInfo(
        request_id=_request_id(meta),
        trace_id=trace.trace_id,
        span_id=trace.span_id,
        address=client_address(meta),
        parent_id=trace.parent_id,
        user_agent=_user_agent(meta.get("HTTP_USER_AGENT", "")),
    )
    return info, {"X-Request-ID": info.request_id, "traceparent": str(trace)}


def continue_request(told: Mapping[str, str]) -> context.RequestInfo:
    """Return a step of its own in what a request began: its ids by name, where there was one."""
    is_known = bool(told.get("trace_id"))
    return context.RequestInfo(
        request_id=told.get("request_id") or secrets.token_hex(16),
        trace_id=told["trace_id"] if is_known else secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        parent_id=told.get("span_id", "") if is_known else "",
    )


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the address of the client, as the outermost of our own proxies saw it.

    Each proxy appends whom it saw to X-Forwarded-For; only as many entries are believed as there
    are proxies of ours, because everything before them is the client's own word.
    """
    direct = str(meta.get("REMOTE_ADDR", ""))
    proxies = settings.ARM_TRUSTED_PROXIES
    seen = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies < 1 or len(seen) < proxies:
        return _address(direct)
    return _address(seen[-proxies]) or _address(direct)


def _address(text: str) -> str:
    """Return the address without a port, or nothing where it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return _known_address(text)


# Few callers make most of the calls, with few programs.
@lru_cache(1_000)
def _known_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


@lru_cache(1_000)
def _user_agent(text: str) -> str:
    return printable(text, 200)


def _request_id(meta: Mapping[str, Any]) -> str:
    given = str(meta.get("HTTP_X_REQUEST_ID", ""))
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count the request and write its line, with the route and not the path: paths name people."""
    match = request.resolver_match
    route = f"/{match.route}" if match else "(no route)"
    method, status = request.method or "", response.status_code
    count_request(method, route, status, seconds)
    step = context.current().request
    tell_request(step, request.META, method=method, route=route, status=status, seconds=seconds)
    log.info(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        address=context.current().request.address,
    )
