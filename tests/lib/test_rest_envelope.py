"""Every answer has one shape, and errors tell what to do without telling what they should not."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import psycopg
import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelInvalid
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.http import Http404
from django.test import RequestFactory, override_settings
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from armproject.lib import context, error_pages
from armproject.lib.errors import Conflict, InvalidInput, TooLarge, TooManyRequests, Unauthenticated
from armproject.lib.rest.encoding import UnfitForJSON, dumps
from armproject.lib.rest.errors import failure_response
from armproject.lib.rest.parsers import StrictJSONParser
from armproject.lib.secret import Secret


class Open(APIView):
    authentication_classes = ()
    permission_classes = ()


def view_answering(value, **about):
    class Answering(Open):
        def get(self, request):
            return Response(value, **about)

    return Answering.as_view()


def view_raising(error):
    class Raising(Open):
        def get(self, request):
            raise error

    return Raising.as_view()


def ask(view, accept="application/json", **extra):
    response = view(APIRequestFactory().get("/api/v1/things", HTTP_ACCEPT=accept, **extra))
    response.render()
    return response


def error_of(raised):
    response = ask(view_raising(raised))
    body = json.loads(response.content)
    assert body["success"] is False
    return response, body["error"]


# --- answers


def test_data_is_wrapped():
    response = ask(view_answering({"name": "Ada"}))
    assert json.loads(response.content) == {"success": True, "data": {"name": "Ada"}}
    assert response["Content-Type"] == "application/json"


def test_data_with_a_field_called_success_is_wrapped_like_any_other():
    response = ask(view_answering({"success": True, "data": 1}))
    assert json.loads(response.content) == {"success": True, "data": {"success": True, "data": 1}}


def test_an_empty_answer_stays_empty():
    response = ask(view_answering(None, status=204))
    assert response.content == b""
    assert "Content-Type" not in response.headers


def test_nothing_with_status_200_is_null_in_the_envelope():
    assert json.loads(ask(view_answering(None)).content) == {"success": True, "data": None}


def test_an_error_a_view_answers_itself_is_enveloped_with_its_data():
    response = ask(view_answering({"status": "down"}, status=503))
    assert json.loads(response.content)["error"] == {
        "code": "UNAVAILABLE",
        "message": "Service Unavailable.",
        "details": {"status": "down"},
    }


def test_the_browsable_api_shows_the_same_envelope():
    page = ask(view_answering({"name": "Ada"}), accept="text/html").content.decode()
    assert "&quot;success&quot;: true" in page
    assert "&quot;data&quot;: {" in page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10"), '"0.10"'),
        (Decimal("1E-10"), '"0.0000000001"'),
        (datetime(2026, 1, 2, 3, 4, 5, 600, UTC), '"2026-01-02T03:04:05.000600Z"'),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
            '"2026-01-02T01:04:05Z"',
        ),
        (date(2026, 1, 2), '"2026-01-02"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (float("inf"), "null"),
        ({UUID(int=1): 1}, '{"00000000-0000-0000-0000-000000000001":1}'),
        (10**30, '"' + "1" + "0" * 30 + '"'),
        (-(10**19), '"-10000000000000000000"'),
        ([10**5000], '["(damaged)"]'),
        ("\ud800", '"?"'),
        ({"a": [Decimal("1.5"), 10**30]}, '{"a":["1.5","1000000000000000000000000000000"]}'),
    ],
)
def test_values_are_exact_or_text_but_never_a_failure(value, text):
    assert dumps(value).decode() == text


def test_endless_nesting_is_cut_off():
    deep = []
    for _ in range(5_000):
        deep = [deep]
    assert b"(damaged)" in dumps(deep)


@pytest.mark.parametrize("value", [Secret("abc"), {"deep": [Secret("abc")]}, [10**30, Secret("x")]])
def test_a_secret_is_never_answered(value):
    with pytest.raises((UnfitForJSON, TypeError)):
        dumps(value)


# --- errors


def test_a_domain_error_keeps_its_code_status_and_details():
    response, error = error_of(Conflict("The run has finished.", run="7"))
    assert response.status_code == 409
    assert error == {
        "code": "CONFLICT",
        "message": "The run has finished.",
        "details": {"run": "7"},
    }


def test_a_limit_says_when_to_come_back():
    response, error = error_of(TooManyRequests("Slow down.", retry_after=1.2))
    assert (response.status_code, error["code"]) == (429, "RATE_LIMITED")
    assert response["Retry-After"] == "2"


@pytest.mark.parametrize(
    "raised",
    [
        Unauthenticated("Sign in."),
        exceptions.NotAuthenticated(),
        exceptions.AuthenticationFailed("The key has expired."),
    ],
)
def test_who_is_not_known_gets_401_and_a_challenge(raised):
    response, error = error_of(raised)
    assert (response.status_code, error["code"]) == (401, "UNAUTHENTICATED")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("raised", [exceptions.PermissionDenied(), PermissionDenied()])
def test_who_may_not_gets_403(raised):
    response, error = error_of(raised)
    assert (response.status_code, error["code"]) == (403, "FORBIDDEN")


def test_what_is_missing_and_what_is_hidden_look_the_same():
    raised = [
        Http404("No Agent matches 7"),
        exceptions.NotFound("hidden"),
        ObjectDoesNotExist("Agent 7"),
    ]
    bodies = {ask(view_raising(one)).content for one in raised}
    assert len(bodies) == 1
    assert b'"NOT_FOUND"' in bodies.pop()


def test_every_wrong_field_is_named_by_its_path():
    class Inner(serializers.Serializer):
        size = serializers.IntegerField()

    class Outer(serializers.Serializer):
        name = serializers.CharField()
        tags = serializers.ListField(child=serializers.CharField(max_length=2))
        inner = Inner(many=True)

    outer = Outer(data={"tags": ["ok", "long"], "inner": [{"size": 1}, {"size": "x"}]})
    with pytest.raises(exceptions.ValidationError) as caught:
        outer.is_valid(raise_exception=True)
    response, error = error_of(caught.value)
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["details"]["fields"] == {
        "name": ["This field is required."],
        "tags.1": ["Ensure this field has no more than 2 characters."],
        "inner.1.size": ["A valid integer is required."],
    }


def test_a_single_wrong_field_is_the_message():
    _, error = error_of(exceptions.ValidationError({"name": ["Too short."]}))
    assert error["message"] == "name: Too short."


def test_a_models_own_validation_answers_alike():
    raised = ModelInvalid({"name": ["Taken."], "__all__": ["Ends before it starts."]})
    _, error = error_of(raised)
    assert error["details"]["fields"] == {
        "name": ["Taken."],
        "non_field_errors": ["Ends before it starts."],
    }


def test_a_body_that_is_not_read_is_answered_with_what_would_be():
    _, error = error_of(exceptions.UnsupportedMediaType("text/plain"))
    assert "Content-Type: application/json" in error["message"]
    _, error = error_of(exceptions.UnsupportedMediaType("", "Send it as gzip."))
    assert error["message"] == "Send it as gzip."


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (exceptions.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
        (exceptions.NotAcceptable(), 406, "NOT_ACCEPTABLE"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (exceptions.Throttled(wait=3), 429, "RATE_LIMITED"),
        (SuspiciousOperation("odd"), 400, "BAD_REQUEST"),
        (RecursionError(), 400, "VALIDATION_ERROR"),
        (InvalidInput("No.", fields={"a": ["b"]}), 400, "VALIDATION_ERROR"),
    ],
)
def test_known_errors_have_their_status_and_code(raised, status, code):
    response, error = error_of(raised)
    assert (response.status_code, error["code"]) == (status, code)


def test_an_unknown_method_is_answered_in_the_envelope_with_what_is_allowed():
    response = view_answering(1)(APIRequestFactory().delete("/api/v1/things"))
    response.render()
    assert json.loads(response.content)["error"]["code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in response["Allow"]


def test_a_defect_tells_its_request_id_and_nothing_else():
    info = context.RequestInfo(request_id="req-1")
    seen = []

    def note(**about):
        seen.append(about)

    got_request_exception.connect(note)
    try:
        with context.use(context.Context(request=info)):
            response, error = error_of(ZeroDivisionError("password=hunter2"))
    finally:
        got_request_exception.disconnect(note)
    assert response.status_code == 500
    assert error["code"] == "INTERNAL_ERROR"
    assert error["details"] == {"request_id": "req-1"}
    assert b"hunter2" not in response.content
    assert len(seen) == 1


def test_middleware_can_answer_the_same_way():
    response = failure_response(Conflict("Busy."))
    assert response.status_code == 409
    assert json.loads(response.content)["error"]["message"] == "Busy."


# --- the database


def database_error(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is about
        return error
    raise AssertionError("The statement was expected to fail.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "kind", "status", "code"),
    [
        ("SELECT 'canary'::int", DataError, 400, "VALIDATION_ERROR"),
        ("SELECT 99999999999::int", DataError, 400, "VALIDATION_ERROR"),
        (r"""SELECT '"\u0000"'::jsonb ->> 0""", DataError, 400, "VALIDATION_ERROR"),
        (
            "SELECT (repeat('[', 100000) || repeat(']', 100000))::jsonb",
            OperationalError,
            400,
            "VALIDATION_ERROR",
        ),
        (
            "CREATE TEMP TABLE t (canary text UNIQUE); INSERT INTO t VALUES ('canary'), ('canary')",
            IntegrityError,
            409,
            "CONFLICT",
        ),
        (
            "CREATE TEMP TABLE t (canary int CHECK (canary > 0)); INSERT INTO t VALUES (-1)",
            IntegrityError,
            400,
            "VALIDATION_ERROR",
        ),
        ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(2)", OperationalError, 503, None),
        ("SELECT 1/0", DataError, 500, "INTERNAL_ERROR"),
    ],
)
def test_database_errors_are_answered_without_their_text(statement, kind, status, code):
    raised = database_error(statement)
    assert isinstance(raised, kind)
    with transaction.atomic():
        response, error = error_of(raised)
    assert response.status_code == status
    assert error["code"] == (code or "UNAVAILABLE")
    assert b"canary" not in response.content


def test_a_refusal_of_the_driver_itself_is_the_callers_input():
    raised = DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    raised.__cause__ = psycopg.DataError("NUL")
    assert error_of(raised)[0].status_code == 400


@pytest.mark.django_db
def test_what_a_failed_view_wrote_is_undone():
    class Writing(Open):
        def get(self, request):
            with connection.cursor() as cursor:
                cursor.execute("CREATE TEMP TABLE written (id int)")
            raise Conflict("No.")

    with transaction.atomic():
        ask(Writing.as_view())
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.written')")
        assert cursor.fetchone() == (None,)


# --- input


class Echo(Open):
    max_body_bytes = 1_000

    def post(self, request):
        return Response(request.data)


def post(body, content_type="application/json", **extra):
    request = APIRequestFactory().generic(
        "POST", "/api/v1/things", body, content_type=content_type, **extra
    )
    response = Echo.as_view()(request)
    response.render()
    return response.status_code, json.loads(response.content)


def test_json_comes_in():
    assert post(b'{"a": [1, "x"]}') == (200, {"success": True, "data": {"a": [1, "x"]}})


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a": NaN}',
        b'{"a": 1e400}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b"[" * 400 + b"]" * 400,
        b'{"a": "\xff"}',
    ],
)
def test_odd_json_is_refused_as_input(body):
    status, answer = post(body)
    assert (status, answer["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_a_large_body_is_refused_before_it_is_read():
    class Untouched:
        def read(self, *_):
            raise AssertionError("The body was read.")

    request = APIRequestFactory().post("/", {}, format="json")
    request.META["CONTENT_LENGTH"] = "1001"
    request._stream = request.environ["wsgi.input"] = Untouched()
    response = Echo.as_view()(request)
    assert response.status_code == 413
    assert response.data["error"]["code"] == "PAYLOAD_TOO_LARGE"


def test_a_body_whose_length_nobody_told_is_read_only_to_the_limit():
    endless = BytesIO(b"x" * 2**20)
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(endless, parser_context={"view": Echo()})
    assert endless.tell() < 2**17


@pytest.mark.parametrize(
    ("content_type", "extra"),
    [
        ("application/x-www-form-urlencoded", {}),
        ("multipart/form-data; boundary=x", {}),
        ("text/xml", {}),
        ("application/json", {"HTTP_CONTENT_ENCODING": "gzip"}),
    ],
)
def test_only_plain_json_is_read(content_type, extra):
    status, answer = post(b"a=1", content_type, **extra)
    assert (status, answer["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


# --- where no view was reached

PAGES = [
    (error_pages.bad_request, (ValueError("canary"),), 400),
    (error_pages.permission_denied, (ValueError("canary"),), 403),
    (error_pages.page_not_found, (ValueError("canary"),), 404),
    (error_pages.server_error, (), 500),
    (error_pages.csrf_failure, (), 403),
]


@pytest.mark.parametrize(("door", "arguments", "status"), PAGES)
def test_programs_get_the_envelope_from_unknown_paths_too(door, arguments, status):
    response = door(RequestFactory().get("/api/v1/nowhere"), *arguments)
    assert response.status_code == status
    assert json.loads(response.content)["success"] is False


@pytest.mark.parametrize(("door", "arguments", "status"), PAGES)
def test_people_get_a_page_that_asks_nobody_else_for_anything(door, arguments, status):
    info = context.RequestInfo(request_id="req-<1>")
    with context.use(context.Context(request=info)):
        response = door(RequestFactory().get("/studio/nowhere"), *arguments)
    page = response.content.decode()
    assert response.status_code == status
    assert "req-&lt;1&gt;" in page
    assert "canary" not in page
    assert "//" not in page.replace("<!DOCTYPE html>", "")
    assert "<script" not in page


@override_settings(ALLOWED_HOSTS=["arm.test"], ROOT_URLCONF="tests.lib.site_of_errors")
def test_a_foreign_host_and_an_unknown_path_are_answered_in_the_envelope(client):
    foreign = client.get("/api/v1/things", headers={"host": "evil.example"})
    unknown = client.get("/api/v1/nowhere", headers={"host": "arm.test"})
    client.raise_request_exception = False
    broken = client.get("/api/v1/broken", headers={"host": "arm.test"})
    assert [one.status_code for one in (foreign, unknown, broken)] == [400, 404, 500]
    assert [one.json()["error"]["code"] for one in (foreign, unknown, broken)] == [
        "BAD_REQUEST",
        "NOT_FOUND",
        "INTERNAL_ERROR",
    ]
    assert broken.json()["error"]["details"]["request_id"] == broken["X-Request-ID"]
