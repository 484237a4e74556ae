"""Logs say what happened to whom, and cannot be made to say a secret or a line of their own."""

import io
import json
import logging
import sys
from decimal import Decimal
from uuid import UUID

import pytest
import structlog
from django.db import connection, transaction
from django.test import RequestFactory

from armproject.lib import context
from armproject.lib.context import Context, Principal, PrincipalKind, RequestInfo
from armproject.lib.logs import configure_logging
from armproject.lib.reporting import BareReporter
from armproject.lib.scrub import printable, scrub
from armproject.lib.secret import Secret
from armproject.lib.traceback_text import traceback_text

SECRETS = {
    "openai": "sk-proj-AbCdEf0123456789_-xyz",
    "openai, old": "sk-" + "a1B2c3D4" * 6,
    "anthropic": "sk-ant-api03-abcdefghij-KLMNOP_0123",
    "google": "AIzaSyA-1234567890abcdefghijklmnopqrstu",
    "google token": "ya29.a0AfH6SMBx-abc_def",
    "ours": "arm_sk_live_0123456789ab_" + "Zz09-_" * 7,
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "github": "ghp_0123456789abcdefABCDEF0123456789abcd",
    "slack": "xoxb-123456789012-abcdefABCDEF",
    "langsmith": "lsv2_pt_0123456789abcdef0123456789abcdef_0123456789",
    "webhook": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQ\nabc+/=\n-----END RSA PRIVATE KEY-----",
    "pem, cut off": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ",
}


@pytest.fixture
def lines(monkeypatch):
    """Configure JSON logs into a buffer; yield a function that returns what was logged."""
    buffer = io.StringIO()
    monkeypatch.setattr(sys, "stderr", buffer)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logging("INFO", json=True)
    yield lambda: [json.loads(line) for line in buffer.getvalue().splitlines()]
    root.handlers[:], root.level = before


log = structlog.get_logger("armproject.test")


# --- scrubbing


@pytest.mark.parametrize("shape", SECRETS)
@pytest.mark.parametrize(
    "around", ["{}", "key={} and more", '{{"key": "{}"}}', "({})", "Bearer {}"]
)
def test_every_known_shape_of_a_key_is_hidden(shape, around):
    secret = SECRETS[shape]
    clean = scrub(around.format(secret))
    assert "[hidden]" in clean
    assert secret[10:] not in clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgres://arm:p@ss:word@db:5432/arm", "postgres://[hidden]@db:5432/arm"),
        ("GET https://token@host/x?a=1", "GET https://[hidden]@host/x?a=1"),
        ("https://host/x?api_key=abc&b=1", "https://host/x?api_key=[hidden]&b=1"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [hidden]"),
        ('{"password": "hunter2"}', '{"password": "[hidden]"}'),
    ],
)
def test_passwords_in_urls_and_pairs_are_hidden(text, clean):
    assert scrub(text) == clean


@pytest.mark.parametrize("begin", ["eyJ-", "eyJ.", "://a", "-----END A", "basic ", "sk-"])
def test_text_made_to_be_looked_at_for_ever_is_read_like_any_other(begin):
    assert scrub(begin * 500_000 + " arm_sk_live_0123456789").endswith("[hidden]")


def test_halves_of_characters_hide_no_secret_and_stay():
    assert scrub("\ud800 password=hunter2 \udfff") == "\ud800 password=[hidden] \udfff"


@pytest.mark.parametrize(
    "text",
    [
        "Agent 0193d2c4-7d1e-7c3a-9f00-0123456789ab is paused.",
        "https://api.openai.com/v1/models?limit=20",
        "ada@example.com asked for 5 tokens, input_tokens=12",
        "task-scheduler ran in 12.5 ms",
        "/api/v1/agents/<uuid:pk>",
    ],
)
def test_plain_text_stays_as_it_is(text):
    assert printable(text) == text


def test_control_characters_cannot_forge_a_line_or_hide_one():
    assert printable("a\r\nb\x1b[2K\x00\u2028\u202ec") == "a\\r\\nb\\u001b[2K\\u0000\\u2028\\u202ec"


def test_long_text_is_cut():
    assert len(printable("x " * 5_000)) < 2_100


# --- lines


def test_a_line_says_whose_call_it_was(lines):
    who = Principal(PrincipalKind.API_KEY, "key-1", "ada@example.com", UUID(int=2))
    request = RequestInfo("req-1", "a" * 32, "b" * 16, "203.0.113.9", "curl")
    with context.use(Context(organization_id=UUID(int=1), principal=who, request=request)):
        log.info("agent_paused", agent_id=UUID(int=3), ms=1.5, count=2)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "agent_paused",
        "level": "info",
        "logger": "armproject.test",
        "request_id": "req-1",
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
        "organization_id": str(UUID(int=1)),
        "principal_kind": "api_key",
        "principal_id": "key-1",
        "user_id": str(UUID(int=2)),
        "agent_id": str(UUID(int=3)),
        "ms": 1.5,
        "count": 2,
    }


def test_fields_nobody_listed_are_left_out(lines):
    log.info("signed_in", password="hunter2", body={"a": 1}, headers={"Cookie": "x"})
    assert "hunter2" not in json.dumps(lines())
    assert not {"password", "body", "headers"} & set(lines()[0])


def test_only_plain_values_get_into_a_field(lines):
    log.info("x", reason=Secret("abc"), code={"a": "hunter2"}, bytes=10**30, status=Decimal("1.5"))
    (line,) = lines()
    assert (line["reason"], line["code"]) == ("<Secret>", "<dict>")
    assert (line["bytes"], line["status"]) == ("<int>", "1.5")


def test_lines_of_libraries_go_through_the_same_door(lines):
    logging.getLogger("some.library").warning(
        "key %s\nforged", SECRETS["openai"], extra={"body": "x"}
    )
    (line,) = lines()
    assert line["event"] == "key [hidden]\\nforged"
    assert (line["level"], line["logger"]) == ("warning", "some.library")
    assert "body" not in line


@pytest.mark.parametrize("name", ["httpx2", "httpcore2", "httpcore2.http11", "django.db.backends"])
def test_loggers_that_tell_urls_and_queries_are_quiet(lines, name):
    logging.getLogger(name).info("GET https://host/?key=1")
    logging.getLogger(name).warning("slow")
    assert [line["event"] for line in lines()] == ["slow"]


def test_djangos_line_for_every_bad_answer_is_left_to_the_access_log(lines):
    logger = logging.getLogger("django.request")
    logger.warning("Not Found: /x")
    logger.error("Internal Server Error: /x", exc_info=ZeroDivisionError("division"))
    (line,) = lines()
    assert line["exception"].endswith("ZeroDivisionError: division")


def test_the_level_holds(lines):
    log.debug("quiet")
    log.error("loud")
    assert [line["event"] for line in lines()] == ["loud"]


def test_people_may_have_plain_lines_instead(lines, capsys):
    buffer = io.StringIO()
    sys.stderr = buffer
    configure_logging("INFO", json=False)
    log.info("agent_paused", reason="a\nb", password="hunter2")
    assert "agent_paused" in buffer.getvalue()
    assert "reason=a\\nb" in buffer.getvalue().replace("'", "")
    assert "hunter2" not in buffer.getvalue()


# --- exceptions


def raised(function):
    try:
        function()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is about
        return error
    raise AssertionError("Nothing was raised.")


def unlucky():
    password = "hunter2"
    raise ValueError(f"bad key {SECRETS['anthropic']}\n{len(password)}")


def test_an_exception_is_told_without_local_variables_and_keys(lines):
    try:
        unlucky()
    except ValueError:
        log.exception("failed")
    (line,) = lines()
    assert "test_logs.py" in line["exception"]
    assert "in unlucky" in line["exception"]
    assert "ValueError: bad key [hidden]\\n7" in line["exception"]
    assert "hunter2" not in json.dumps(line)


def test_the_cause_of_an_exception_is_told_first():
    def fail():
        try:
            unlucky()
        except ValueError as error:
            raise RuntimeError("second") from error

    text = traceback_text(raised(fail))
    assert text.index("ValueError") < text.index("RuntimeError: second")


def test_endless_causes_end():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert traceback_text(first).count("ValueError") == 2


@pytest.mark.django_db
def test_the_databases_own_words_are_replaced_by_what_names_nobody(lines):
    def fail():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE people (mail text CONSTRAINT one_mail UNIQUE);"
                "INSERT INTO people VALUES ('ada@example.com'), ('ada@example.com')"
            )

    log.error("failed", exc_info=raised(fail))
    (line,) = lines()
    told = "django.db.utils.IntegrityError: sqlstate=23505 constraint=one_mail table=people"
    assert line["exception"].endswith(told)
    assert "ada@example.com" not in json.dumps(line)


def test_an_exception_whose_text_breaks_is_still_told():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    assert "Broken" in traceback_text(Broken())


def test_djangos_report_tells_no_values():
    sent = "ze" + "bra"  # in two parts, because the report shows this source
    request = RequestFactory().post(
        f"/x?{sent}=1", {"a": sent}, headers={"cookie": f"a={sent}", "x-key": sent}
    )

    def view():
        local = sent
        raise ValueError(f"key {SECRETS['openai']}" + local[:0])

    error = raised(view)
    reporter = BareReporter(request, type(error), error, error.__traceback__)
    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "ValueError: key [hidden]" in report
        assert SECRETS["openai"] not in report
        assert sent not in report
