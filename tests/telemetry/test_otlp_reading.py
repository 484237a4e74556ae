"""Bodies of exporters: both forms, their limits, and one bad span that costs no other."""

import json
from dataclasses import replace

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from armproject.lib.errors import InvalidInput, TooLarge
from telemetry.otlp import Signal, answer, read_logs, read_metrics, read_traces
from telemetry.otlp.reading import LARGEST_SPAN, MOST_ITEMS
from telemetry.records import Rejected
from tests.telemetry.making import (
    JSON,
    NOW_NS,
    PROTOBUF,
    SECOND_NS,
    Made,
    both,
    in_protobuf,
    understood,
)

DAY_NS = 86_400 * SECOND_NS


def spans_in_json(*spans: dict[str, object]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def read_json(*spans: dict[str, object]):
    return read_traces(spans_in_json(*spans), JSON, now_ns=NOW_NS)


def a_span(**more: object) -> dict[str, object]:
    return {
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": "b7ad6b7169203331",
        "startTimeUnixNano": str(NOW_NS),
        **more,
    }


def test_a_plain_span_is_kept_as_it_is():
    record = understood(
        {"queue": "mail", "attempt": 2, "warm": True, "share": 0.25, "tags": ["a", "b"]},
        name="send",
        parent_id="00f067aa0ba902b7",
        resource={"service.name": "mailer", "host.name": "m1", "telemetry.sdk.language": "go"},
    )
    assert (record.kind, record.dialect, record.status, record.name) == (
        "span",
        "plain",
        "unset",
        "send",
    )
    assert (record.trace_id, record.parent_id) == (
        "0af7651916cd43dd8448eb211c80319c",
        "00f067aa0ba902b7",
    )
    assert record.ended_ns - record.started_ns == 5 * SECOND_NS
    assert record.service == "mailer"
    assert record.attributes == {
        "host.name": "m1",
        "otel.scope.name": "library",
        "queue": "mail",
        "attempt": 2,
        "warm": True,
        "share": 0.25,
        "tags": ["a", "b"],
    }


def test_json_is_read_in_all_the_ways_clients_write_it():
    values = [
        {"key": "number", "value": {"intValue": 7}},
        {"key": "string", "value": {"intValue": "7"}},
        {"key": "bytes", "value": {"bytesValue": "aGk="}},
        {"key": "nan", "value": {"doubleValue": "NaN"}},
        {"key": "whole", "value": {"doubleValue": 3}},
        {"key": "twice", "value": {"intValue": 1}},
        {"key": "twice", "value": {"intValue": 2}},
        {"key": "nothing", "value": {}},
        {"key": "null", "value": None},
        {"key": "wrong", "value": {"stringValue": 5}},
    ]
    (record,), _ = read_json(
        a_span(
            traceId="0AF7651916CD43DD8448EB211C80319C",
            kind="SPAN_KIND_CLIENT",
            startTimeUnixNano=NOW_NS,
            status={"code": "STATUS_CODE_ERROR", "message": "It broke."},
            attributes=values,
            links=[{"unknown": [{}]}],
            events=None,
        )
    )
    assert record.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert (record.started_ns, record.ended_ns) == (NOW_NS, 0)
    assert (record.status, record.error_message) == ("error", "It broke.")
    assert record.attributes == {
        "number": 7,
        "string": 7,
        "bytes": "aGk=",
        "nan": "nan",
        "whole": 3.0,
        "twice": 2,
    }


def test_what_postgresql_cannot_store_is_replaced():
    record = understood({"queue": "a\0b", "gen_ai.agent.name": "one\0two"}, name="na\0me")
    assert (record.name, record.agent_name) == ("na\ufffdme", "one\ufffdtwo")
    assert record.attributes["queue"] == "a\ufffdb"
    body = spans_in_json(a_span(name="X")).replace(b'"X"', rb'"half \ud83d, whole \ud83d\ude00"')
    (record,), _ = read_traces(body, JSON, now_ns=NOW_NS)
    assert record.name == "half \ufffd, whole 😀"


def test_numbers_stay_within_what_json_and_the_database_hold():
    record = understood({"low": -(2**63), "high": 2**63 - 1, "inf": float("inf")})
    assert (record.attributes["low"], record.attributes["high"]) == (-(2**63), 2**63 - 1)
    assert record.attributes["inf"] == "inf"
    (record,), _ = read_json(a_span(attributes=[{"key": "huge", "value": {"intValue": "9" * 400}}]))
    assert record.attributes["huge"] == 2**63 - 1


FAULTS = {
    "The trace id": {"trace_id": "00" * 16},
    "The trace id is": {"trace_id": "0af7"},
    "The span id": {"span_id": "00" * 8},
    "The span id is": {"span_id": "b7ad6b71692033"},
    "The span has no start": {"started_ns": 0},
    "The span's time lies before 2020": {"started_ns": NOW_NS // 1000},
    "The span's time lies before": {"ended_ns": 1},
    "The span's time lies more": {"started_ns": NOW_NS + 2 * DAY_NS, "ended_ns": 0},
    "The span's time lies more than ten minutes": {"ended_ns": NOW_NS + 2 * DAY_NS},
}


@pytest.mark.parametrize(("beginning", "fault"), FAULTS.items())
def test_a_bad_span_is_rejected_with_a_sentence_and_its_neighbours_are_kept(beginning, fault):
    good, bad = Made(), replace(Made(), span_id="00f067aa0ba902b7")
    kept, (rejected,) = both(good, replace(bad, **fault), replace(good, name="last"))
    assert [each.name for each in kept] == ["work", "last"]
    assert rejected.index == 1
    assert rejected.reason.startswith(beginning)


def test_a_damaged_span_in_json_costs_no_other():
    kept, rejected = read_json(
        a_span(name="first"),
        {"spanId": 7},
        a_span(attributes="no list"),
        "no span",
        a_span(traceId="not hexadecimal"),
        a_span(name="last"),
    )
    assert [each.name for each in kept] == ["first", "last"]
    assert [each.index for each in rejected] == [1, 2, 3, 4]


def test_a_damaged_span_in_protobuf_costs_no_other():
    body = in_protobuf(Made(name="first"), Made(name="X" * 40), Made(name="last"))
    damaged = body.replace(b"X" * 40, b"\xff" * 40)
    kept, (rejected,) = read_traces(damaged, PROTOBUF, now_ns=NOW_NS)
    assert [each.name for each in kept] == ["first", "last"]
    assert rejected.index == 1
    assert rejected.reason == "It is not what the protocol says such a thing is."


def test_what_can_be_mended_is_kept_and_noted():
    backwards = Made(ended_ns=Made().started_ns - SECOND_NS)
    own_child = Made(parent_id=Made.span_id)
    (first, second), rejected = both(backwards, own_child)
    assert rejected == []
    assert first.ended_ns == first.started_ns
    assert first.attributes["arm.notes"] == [
        "The span ended before it started; its end was moved to its start."
    ]
    assert second.parent_id == ""
    assert "named itself" in second.attributes["arm.notes"][0]


def test_a_parent_of_zeros_is_no_parent():
    (record,), _ = both(Made(parent_id="00" * 8))
    assert record.parent_id == ""
    assert "arm.notes" not in record.attributes


def test_what_is_too_long_is_cut_and_noted():
    many = {f"key{number}": number for number in range(600)}
    record = understood(many)
    assert len(record.attributes) <= 130
    assert "Only the first 512 of 600 attributes were read." in record.attributes["arm.notes"]
    long = understood({"gen_ai.operation.name": "execute_tool", "tool_response": "a" * 2**21})
    assert len(long.tool_result) < 2**20 + 20
    assert long.tool_result.endswith("… (cut)")
    assert long.attributes["arm.notes"] == [
        "tool_response was longer than 1,048,576 characters and was cut."
    ]


def test_a_span_that_is_far_too_large_is_rejected_alone():
    huge = Made({f"part{n}": "a" * 2**19 for n in range(2 * LARGEST_SPAN // 2**19)})
    kept, (rejected,) = both(Made(), huge)
    assert len(kept) == 1
    assert rejected.reason == "The span is larger than 4,194,304 bytes."


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"\x0a",
        b"\x0a\x05ab",
        b"\x0b\x0c",
        b"\x09abc",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"<html>",
    ],
)
def test_what_is_no_protobuf_is_refused(body):
    for read in (read_traces, read_metrics, read_logs):
        with pytest.raises(InvalidInput):
            read(body, PROTOBUF)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"resourceSpans": 5, "resourceMetrics": 5, "resourceLogs": 5}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"resourceSpans":[NaN], "resourceMetrics":[NaN], "resourceLogs":[NaN]}',
    ],
)
def test_what_is_no_json_is_refused(body):
    for read in (read_traces, read_metrics, read_logs):
        with pytest.raises(InvalidInput) as refused:
            read(body, JSON)
        assert refused.value.message == "The body is not OTLP in JSON."


def test_a_damaged_resource_is_refused():
    with pytest.raises(InvalidInput):
        read_traces(b"\x0a\x04\x0a\x02\x0a\xff", PROTOBUF)


def test_what_is_nested_too_deep_is_left_out():
    deep: object = "at the bottom"
    for _ in range(30):
        deep = [deep]
    record = understood({"deep": deep, "gen_ai.tool.name": "probe", "tool_arguments": deep})
    assert "deep" not in record.attributes
    assert record.tool_arguments.startswith("[[[[")
    assert "bottom" not in record.tool_arguments
    text = "[" * 200 + "]" * 200
    record = understood({"gen_ai.operation.name": "chat", "gen_ai.input.messages": text})
    assert record.messages_in[0].parts == [{"type": "text", "content": text}]


def test_lists_without_end_are_read_to_a_limit():
    many = Made({"gen_ai.operation.name": "execute_tool", "tool_arguments": [1] * 60_000})
    (record,), _ = read_traces(in_protobuf(many), PROTOBUF, now_ns=NOW_NS)
    assert len(json.loads(record.tool_arguments)) == 50_000


def test_many_spans_are_refused_before_they_are_read():
    with pytest.raises(TooLarge, match="more than 10,000 spans"):
        read_traces(in_protobuf(*[Made()] * (MOST_ITEMS + 1)), PROTOBUF, now_ns=NOW_NS)
    with pytest.raises(TooLarge, match="objects"):
        read_traces(b'{"resourceSpans":[' + b"{}," * 1_000_001 + b"{}]}", JSON)


@pytest.mark.parametrize("tiny", [b"\x0a\x00", b"\x10\x00", b"\x0a\x02\x12\x00"])
def test_very_many_tiny_parts_are_refused(tiny):
    for read in (read_traces, read_metrics, read_logs):
        with pytest.raises(TooLarge, match="too many parts"):
            read(tiny * 100_001, PROTOBUF)


def test_attributes_with_overlong_names_are_left_out():
    record = understood({f"{'a' * 300}{number}": number for number in range(3)})
    assert record.attributes == {"otel.scope.name": "library"}


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data"])
def test_other_content_types_are_refused_with_a_word_about_the_right_ones(content_type):
    with pytest.raises(InvalidInput, match="application/x-protobuf or application/json"):
        read_traces(b"", content_type)


def test_content_types_may_carry_parameters_and_capitals():
    assert read_traces(b"{}", "Application/JSON; charset=utf-8") == ([], [])
    assert read_traces(b"", "application/x-protobuf") == ([], [])


def test_the_answer_counts_what_was_rejected_and_repeats_no_content():
    rejected = [Rejected(0, "The span has no start time."), Rejected(4, "It is broken.", "ab")]
    told = json.loads(answer([*rejected, rejected[1]], JSON))
    assert told == {
        "partialSuccess": {
            "rejectedSpans": "3",
            "errorMessage": "2 x: It is broken. 1 x: The span has no start time.",
        }
    }
    response = ExportTraceServiceResponse.FromString(answer(rejected, PROTOBUF))
    assert response.partial_success.rejected_spans == 2
    assert "no start time" in response.partial_success.error_message
    assert (answer([], JSON), answer([], PROTOBUF)) == (b"{}", b"")


def test_each_signal_has_its_own_word_for_what_was_rejected():
    rejected = [Rejected(0, "It is broken.")]
    for signal, word in (
        (Signal.TRACES, "rejectedSpans"),
        (Signal.METRICS, "rejectedDataPoints"),
        (Signal.LOGS, "rejectedLogRecords"),
    ):
        assert json.loads(answer(rejected, JSON, signal))["partialSuccess"][word] == "1"


def test_metrics_are_counted_by_their_points():
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    metrics.add(name="used").sum.data_points.add()
    for _ in range(2):
        metrics.add(name="took").histogram.data_points.add()
    metrics.add(name="empty")
    assert read_metrics(request.SerializeToString(), PROTOBUF) == (3, [])
    points = {"gauge": {"dataPoints": [{}, {}]}}
    group = {"scopeMetrics": [{"metrics": [points, {"name": "empty"}, "no metric"]}]}
    counted, rejected = read_metrics(json.dumps({"resourceMetrics": [group]}).encode(), JSON)
    assert (counted, [each.index for each in rejected]) == (2, [2])


def test_logs_are_counted_by_their_records():
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(severity_text="INFO")
    records.add()
    assert read_logs(request.SerializeToString(), PROTOBUF) == (2, [])
    group = {"scopeLogs": [{"logRecords": [{"body": {"stringValue": "hi"}}, 7]}]}
    counted, rejected = read_logs(json.dumps({"resourceLogs": [group]}).encode(), JSON)
    assert (counted, [each.index for each in rejected]) == (1, [1])


def test_several_resources_keep_their_own_spans():
    request = ExportTraceServiceRequest()
    for service in ("first", "second"):
        one = ExportTraceServiceRequest.FromString(
            in_protobuf(Made(), resource={"service.name": service})
        )
        request.MergeFrom(one)
    kept, _ = read_traces(request.SerializeToString(), PROTOBUF, now_ns=NOW_NS)
    assert [each.service for each in kept] == ["first", "second"]
