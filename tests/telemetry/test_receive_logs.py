"""Messages and judgements told in log records: attached to their spans, in any order, once."""

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from telemetry.models import Feedback, Run, SpanContent
from telemetry.otlp import read_log_events
from tests.cast import Api, House
from tests.telemetry.making import any_value, pairs
from tests.telemetry.senders import SECOND, Trace, send
from tests.telemetry.test_contents import count, keep, said, words

SPAN = bytes.fromhex("b7ad6b7169203331")
DETAILS = {
    "gen_ai.input.messages": json.dumps([said("user", words("Where is it?"))]),
    "gen_ai.output.messages": json.dumps([said("assistant", words("On its way."))]),
}


def logs(trace: Trace, *told: tuple[str, dict[str, Any], Any]) -> ExportLogsServiceRequest:
    """Return a request with an event for each of (name, attributes, body)."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.extend(pairs({"service.name": trace.service}))
    records = group.scope_logs.add().log_records
    for number, (name, attributes, body) in enumerate(told):
        records.add(
            trace_id=trace.trace_id,
            span_id=SPAN,
            event_name=name,
            time_unix_nano=trace.began + SECOND // 2 + number,
            attributes=pairs(attributes),
            body=any_value(body) if body is not None else None,
        )
    return request


def call(trace: Trace) -> Trace:
    trace.span("chat", span_id=SPAN, operation="chat", model="gpt-4o", agent="porter")
    return trace


def tell(api: Api, request: ExportLogsServiceRequest) -> None:
    answer = send(api, request.SerializeToString(), path="/v1/logs")
    assert (answer.status_code, answer.content) == (200, b"")


def told(house: House, api: Api) -> list[tuple[str, str]]:
    with house.inside():
        run = Run.objects.get()
    messages = api.get(f"/runs/{run.pk}/messages").json()["data"]["messages"]
    return [(each["role"], each["parts"][0]["content"]) for each in messages]


@pytest.mark.parametrize("logs_first", [True, False])
def test_messages_told_in_logs_find_their_span(house: House, api: Api, logs_first: bool) -> None:
    keep(api, "full")
    trace = call(Trace())
    request = logs(trace, ("gen_ai.client.inference.operation.details", DETAILS, None))
    if logs_first:
        tell(api, request)
    trace.send(api)
    tell(api, request)
    tell(api, request)
    assert told(house, api) == [("user", "Where is it?"), ("assistant", "On its way.")]
    assert count(house, SpanContent.objects.all()) == 1


def test_a_message_each_as_older_conventions_told(house: House, api: Api) -> None:
    keep(api, "full")
    trace = call(Trace())
    answer = {"index": 0, "message": {"role": "assistant", "content": "On its way."}}
    request = logs(
        trace,
        ("gen_ai.system.message", {}, {"content": "Be kind."}),
        ("gen_ai.user.message", {}, {"content": "Where is it?"}),
        ("gen_ai.choice", {}, answer),
        ("something.else", {"gen_ai.input.messages": "no"}, None),
    )
    trace.send(api)
    tell(api, request)
    assert told(house, api) == [
        ("system", "Be kind."),
        ("user", "Where is it?"),
        ("assistant", "On its way."),
    ]


def test_both_forms_mean_the_same() -> None:
    trace = Trace()
    request = logs(trace, ("gen_ai.client.inference.operation.details", DETAILS, None))
    plain = MessageToDict(request)
    for record in plain["resourceLogs"][0]["scopeLogs"][0]["logRecords"]:
        record["traceId"], record["spanId"] = trace.trace_id.hex(), SPAN.hex()
    (binary,) = read_log_events(request.SerializeToString(), "application/x-protobuf")
    (text,) = read_log_events(json.dumps(plain).encode(), "application/json")
    assert binary.record == text.record
    assert [message.role for message in binary.record.messages_out] == ["assistant"]


def test_logs_follow_the_rule_of_their_span(house: House, api: Api) -> None:
    trace = call(Trace())
    request = logs(trace, ("gen_ai.client.inference.operation.details", DETAILS, None))
    trace.send(api)
    tell(api, request)
    assert count(house, SpanContent.objects.all()) == 0


def test_judgements_told_in_logs_are_feedback(house: House, api: Api) -> None:
    judged = {"gen_ai.evaluation.name": "Relevance", "gen_ai.evaluation.score.value": 0.5}
    request = logs(trace := Trace(), ("gen_ai.evaluation.result", judged, None))
    tell(api, request)
    tell(api, request)
    with house.inside():
        row = Feedback.objects.get()
    assert (row.tag, row.score, row.trace_id.bytes) == ("Relevance", 0.5, trace.trace_id)


def test_logs_of_no_span_and_damaged_ones_are_passed_by(house: House, api: Api) -> None:
    keep(api, "full")
    request = logs(Trace(), ("gen_ai.user.message", {}, {"content": "Hello"}))
    request.resource_logs[0].scope_logs[0].log_records[0].span_id = b""
    tell(api, request)
    assert count(house, SpanContent.objects.all()) == 0
    assert send(api, b"\x0a\xff", path="/v1/logs").status_code == 400
    viewer = house.api("viewer")
    assert send(viewer, request.SerializeToString(), path="/v1/logs").status_code == 403
