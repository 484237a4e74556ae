"""Every request has an id and a place in its trace, and one line in the log."""

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from structlog.testing import capture_logs

from armproject.lib import context
from armproject.lib.context import Context, Principal, PrincipalKind
from armproject.lib.tracing import RequestContextMiddleware, Trace, client_address

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def ask(headers=None, **extra):
    """Send a request through the middleware; return what the view saw, and the response."""
    seen = []

    def view(request):
        seen.append(context.current().request)
        return HttpResponse("fine", status=202)

    request = RequestFactory().get("/things", headers=headers or {}, **extra)
    return seen, RequestContextMiddleware(view)(request)


def test_a_given_request_id_is_kept_and_answered():
    (seen,), response = ask({"x-request-id": "Order-7.b_2"})
    assert seen.request_id == response["X-Request-ID"] == "Order-7.b_2"


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "x" * 65, "<script>", "ключ"])
def test_any_other_request_id_is_replaced(given):
    (seen,), response = ask({"x-request-id": given})
    assert re.fullmatch(r"[0-9a-f]{32}", seen.request_id)
    assert response["X-Request-ID"] == seen.request_id


def test_a_trace_is_continued_with_a_span_of_ours():
    (seen,), response = ask({"traceparent": f"00-{TRACE}-{SPAN}-00"})
    assert seen.trace_id == TRACE
    assert seen.span_id != SPAN
    assert response["traceparent"] == f"00-{TRACE}-{seen.span_id}-00"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "garbage",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
    ],
)
def test_without_a_valid_trace_one_begins(header):
    (seen,), response = ask({"traceparent": header})
    assert re.fullmatch(rf"00-(?!{TRACE})[0-9a-f]{{32}}-[0-9a-f]{{16}}-01", response["traceparent"])
    assert seen.trace_id in response["traceparent"]


def test_a_later_version_of_the_header_is_understood_as_far_as_known():
    assert Trace.following(f"01-{TRACE}-{SPAN}-01-what").trace_id == TRACE


def test_two_requests_share_nothing():
    (first,), _ = ask()
    (second,), _ = ask()
    assert {first.request_id, first.trace_id, first.span_id}.isdisjoint(
        {second.request_id, second.trace_id, second.span_id}
    )
    assert context.current().request.request_id == ""


def test_the_context_is_put_back_when_a_view_breaks():
    def view(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        RequestContextMiddleware(view)(RequestFactory().get("/"))
    assert context.current() == Context()


def test_what_is_around_the_request_stays():
    outer = Context(principal=Principal(PrincipalKind.SYSTEM, "s", "s"))
    with context.use(outer):
        seen = []
        view = RequestContextMiddleware(lambda r: seen.append(context.current()) or HttpResponse())
        view(RequestFactory().get("/"))
    assert seen[0].principal == outer.principal


def test_a_user_agent_is_short_and_printable():
    (seen,), _ = ask({"user-agent": "curl\n" + "x" * 1_000})
    assert seen.user_agent.startswith("curl\\n")
    assert len(seen.user_agent) < 250


# --- whose address


def address(proxies, forwarded=None, direct="10.0.0.9"):
    extra = {"REMOTE_ADDR": direct}
    if forwarded is not None:
        extra["HTTP_X_FORWARDED_FOR"] = forwarded
    with override_settings(ARM_TRUSTED_PROXIES=proxies):
        return client_address(RequestFactory().get("/", **extra).META)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "10.0.0.9"),
        (0, "203.0.113.7", "10.0.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "unknown", "10.0.0.9"),
        (1, "203.0.113.7:5123", "203.0.113.7"),
        (1, "[2001:db8::7]:443", "2001:db8::7"),
        (1, "2001:DB8::7", "2001:db8::7"),
    ],
)
def test_only_our_own_proxies_are_believed(proxies, forwarded, expected):
    assert address(proxies, forwarded) == expected


def test_a_peer_without_an_address_has_none():
    assert address(0, direct="") == ""


# --- the line


@override_settings(ROOT_URLCONF="tests.lib.site_of_errors")
@pytest.mark.parametrize(
    ("path", "status", "route"),
    [
        ("/api/v1/things", 200, "/api/v1/things"),
        ("/api/v1/things/ada@example.com?key=canary", 200, "/api/v1/things/<str:name>"),
        ("/api/v1/nowhere/canary", 404, "(no route)"),
    ],
)
def test_a_request_is_logged_once_by_its_route(client, path, status, route):
    with capture_logs() as lines:
        response = client.get(path)
    assert response.status_code == status
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", route, status)
    assert line["ms"] >= 0
    assert "canary" not in str(line)
    assert "ada@" not in str(line)


def test_the_line_names_who_asked_once_that_is_known():
    who = Context(principal=Principal(PrincipalKind.MEMBER, "7", "Ada"))
    seen = []

    def view(request):
        request.arm_context = who
        return HttpResponse()

    def note(_logger, _method, event):
        seen.append(context.current().principal)
        return event

    with capture_logs(processors=[note]):
        RequestContextMiddleware(view)(RequestFactory().get("/"))
    assert seen == [who.principal]
