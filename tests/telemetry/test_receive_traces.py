"""What an exporter sends is kept once, in any order, for the organization of its key."""

import base64
import gzip
from decimal import Decimal
from typing import Any

import pytest
from django.test import RequestFactory

from telemetry.api.doors import door
from telemetry.models import ModelUse, Rejection, Run, Source, Span
from tests.cast import Api, House
from tests.telemetry.senders import Trace, rejected, send, work

pytestmark = pytest.mark.usefixtures("way")

PATHS = ("/v1/traces", "/api/otlp/v1/traces", "/api/public/otel/v1/traces")


def the_run(house: House) -> Run:
    with house.inside():
        return Run.objects.select_related("source").get()


def test_a_trace_becomes_a_run_with_its_steps_tokens_and_cost(house: House, api: Api) -> None:
    answer = work(conversation="c-1").send(api)
    assert answer.status_code == 200
    run = the_run(house)
    assert (run.name, run.status) == ("invoke_agent support-agent", "succeeded")
    assert (run.spans, run.llm_calls, run.tool_calls, run.errors) == (4, 2, 1, 0)
    assert (run.input_tokens, run.output_tokens) == (2_200, 150)
    # 2,200 tokens at 2.50 dollars and 150 at 10 dollars the million.
    assert run.cost == Decimal("0.007")
    assert (run.conversation, run.model, run.environment) == ("c-1", "gpt-4o", "production")
    assert run.duration.total_seconds() == 3
    assert (run.source.agent_name, run.source.service) == ("support-agent", "helpdesk")


@pytest.mark.parametrize("path", PATHS)
def test_every_path_of_an_exporter_leads_here_without_a_redirect(api: Api, path: str) -> None:
    assert work().send(api, path).status_code == 200


def test_what_is_sent_again_is_kept_once(house: House, api: Api) -> None:
    trace = work()
    for _ in range(3):
        assert trace.send(api).status_code == 200
    run = the_run(house)
    with house.inside():
        assert Span.objects.count() == run.spans == 4
        assert ModelUse.objects.get().calls == 2
    assert run.input_tokens == 2_200


def test_parts_in_any_order_make_the_same_run(house: House, api: Api) -> None:
    trace = Trace()
    child = trace.span("execute_tool find", parent=b"p" * 8, operation="execute_tool", tool="find")
    assert child
    trace.send(api)
    assert the_run(house).status == "running"
    trace.renew()
    trace.span("chat", parent=b"p" * 8, after=-5, operation="chat", model="gpt-4o", tokens_in=10)
    trace.send(api)
    trace.renew()
    trace.span("invoke_agent bot", span_id=b"p" * 8, after=-6, took=10, agent="bot")
    trace.send(api)
    run = the_run(house)
    assert (run.name, run.status, run.spans) == ("invoke_agent bot", "succeeded", 3)
    assert (run.tool_calls, run.llm_calls, run.duration.total_seconds()) == (1, 1, 10)
    assert run.source.agent_name == "bot"


def test_a_batch_that_repeats_a_span_adds_only_the_others(house: House, api: Api) -> None:
    trace = Trace()
    trace.span("first", span_id=b"a" * 8)
    trace.send(api)
    trace.span("second", parent=b"a" * 8)
    trace.send(api)
    assert the_run(house).spans == 2


def test_a_span_that_cannot_be_kept_does_not_take_its_neighbours_along(
    house: House, api: Api
) -> None:
    trace = work()
    trace.spans.add(trace_id=b"short", span_id=b"b" * 8, name="broken", start_time_unix_nano=1)
    old = Trace(began=1_600_000_000_000_000_000)
    old.span("old")
    trace.request.resource_spans.extend(old.request.resource_spans)
    count, why = rejected(trace.send(api))
    assert count == 2
    assert "30 days" in why
    assert the_run(house).spans == 4
    with house.inside():
        reasons = dict(Rejection.objects.values_list("reason", "items"))
    assert sorted(reasons.values()) == [1, 1]
    assert not any("broken" in reason for reason in reasons)


def test_another_organization_with_the_same_ids_has_a_run_of_its_own(
    house: House, api: Api, neighbours: House
) -> None:
    trace = work()
    trace.send(api)
    trace.send(neighbours.api())
    for each in (house, neighbours):
        with each.inside():
            assert Run.objects.get().spans == 4
            assert Source.objects.get().agent_name == "support-agent"


def test_compressed_bodies_are_unpacked_and_bombs_are_not(api: Api) -> None:
    packed = gzip.compress(work().body())
    headers = {**api.headers, "Content-Encoding": "gzip"}
    kind = "application/x-protobuf"
    assert api.client.post("/v1/traces", packed, kind, headers=headers).status_code == 200
    bomb = gzip.compress(b"\0" * 20 * 2**20)
    assert api.client.post("/v1/traces", bomb, kind, headers=headers).status_code == 413
    odd = {**api.headers, "Content-Encoding": "br"}
    assert api.client.post("/v1/traces", packed, kind, headers=odd).status_code == 415


def test_a_compression_that_is_not_read_is_named_in_json_as_well(api: Api) -> None:
    headers = {**api.headers, "Content-Encoding": "zstd"}
    for signal in ("traces", "logs", "metrics"):
        answer: Any = api.client.post(f"/v1/{signal}", b"{}", "application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, 3)
        assert "gzip" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xff\xff", "application/x-protobuf", 400),
        (b"{", "application/json", 400),
        (b"hello", "text/plain", 415),
    ],
)
def test_what_is_no_trace_is_answered_with_what_to_do(
    api: Api, body: bytes, kind: str, status: int
) -> None:
    answer = send(api, body, kind=kind)
    assert answer.status_code == status
    assert answer.content


def test_only_who_may_send_telemetry_sends_it(house: House) -> None:
    body = work().body()
    assert send(Api(), body).status_code == 401
    assert send(Api("arm_sk_live_000000000000_x"), body).status_code == 401
    assert send(house.api("viewer"), body).status_code == 403
    assert send(house.api("owner", scopes=["runs.read"]), body).status_code == 403
    assert send(house.api("member", scopes=["telemetry.write"]), body).status_code == 200
    get: Any = house.api().client.get("/v1/traces", headers=house.api().headers)
    assert get.status_code == 405


def test_an_sdk_that_knows_name_and_password_sends_the_key_as_its_password(house: House) -> None:
    pair = base64.b64encode(f"pk-anything:{house.key()}".encode()).decode()
    api = Api()
    api.headers = {"Authorization": f"Basic {pair}"}
    assert work().send(api, "/api/public/otel/v1/traces").status_code == 200
    assert api.client.get("/api/v1/runs", headers=api.headers).status_code == 401
    api.headers = {"Authorization": "Basic !!"}
    assert work().send(api, "/api/public/otel/v1/traces").status_code == 401


@pytest.mark.parametrize("signal", ["metrics", "logs"])
def test_metrics_and_logs_are_accepted(api: Api, signal: str) -> None:
    assert send(api, b"\x0a\x00", path=f"/v1/{signal}").status_code == 200
    assert send(api, b"\xff\xff", path=f"/v1/{signal}").status_code == 400


def test_a_run_remembers_how_it_failed(house: House, api: Api) -> None:
    work(error="The order service answered 503.").send(api)
    run = the_run(house)
    assert (run.status, run.errors) == ("failed", 2)
    assert run.error_message == "The order service answered 503."


def test_characters_that_no_database_keeps_do_not_stop_a_batch(house: House, api: Api) -> None:
    trace = work()
    trace.span("nul \0 and \ud7ff, tab\tand\\newline\n", parent=b"x" * 8, note="a\0b")
    assert trace.send(api).status_code == 200
    assert the_run(house).spans == 5


def test_a_span_that_stands_twice_in_a_batch_counts_once(house: House, api: Api) -> None:
    trace = Trace()
    for _ in range(2):
        trace.span("same", span_id=b"s" * 8, operation="chat", model="gpt-4o", tokens_in=7)
    assert trace.send(api).status_code == 200
    run = the_run(house)
    assert (run.spans, run.llm_calls, run.input_tokens) == (1, 1, 7)


def test_a_defect_is_told_in_the_exporters_encoding_and_logged(
    rf: RequestFactory, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(body: bytes, kind: str) -> bytes:
        raise RuntimeError("a defect")

    with house.inside():
        request = rf.post("/v1/traces", b"{}", content_type="application/json")
        answer = door(broken)(request)
    assert answer.status_code == 500
    assert b"a defect" not in answer.content
    assert "request_failed" in caplog.text
