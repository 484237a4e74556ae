"""Whatever arrives, reading it ends in records or in one of two refusals."""

import contextlib
import json
import random
from collections.abc import Iterator

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armproject.lib.errors import InvalidInput, TooLarge
from telemetry.dialects.index import FACTS
from telemetry.dialects.table import FLATTENED
from telemetry.otlp import answer, read_logs, read_metrics, read_traces
from telemetry.records import SpanRecord
from tests.telemetry.captures import AFTER_ALL_NS, CLIENTS, requests
from tests.telemetry.making import JSON, PROTOBUF, Made, both

REFUSALS = (InvalidInput, TooLarge)
TYPES = st.sampled_from([JSON, PROTOBUF])
ODD_TEXTS = st.sampled_from(
    [
        "{",
        "[]",
        "null",
        '{"role": 5}',
        '[{"role":"user","parts":[null,5,{"type":[]}]}]',
        '[{"tool_calls":[{"function":"f"}]}]',
        '{"args":{},"kwargs":[]}',
        '["' + "\\u0000" + '\\ud800"]',
        "[" * 500,
        '{"n": 123456789012345678901234567890, "f": 1e999, "g": NaN}',
        '{"message":{"message":{"message":{}}}}',
        '{"input": -5, "cache_read": 1e300, "total": "x", "a_details": {"b": []}}',
        "agent",
        "chat",
        "AGENT",
        "TOOL",
        "generation",
        "ai.generateText.doGenerate",
        "2026-11-28T10:00:00Z",
    ]
)
SCALARS = (
    ODD_TEXTS
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc.type", max_size=8), inner)
    ),
    max_leaves=8,
)
PATHS = st.sampled_from(["message.role", "message.content", "role", "tool_calls.0.name", "a..b"])
KEYS = (
    st.sampled_from(sorted(FACTS))
    | st.builds("{}.{}.{}".format, st.sampled_from(sorted(FLATTENED)), st.integers(0, 3), PATHS)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
)
EVENTS = st.sampled_from(
    [
        "exception",
        "gen_ai.choice",
        "gen_ai.tool.message",
        "gen_ai.evaluation.result",
        "gen_ai.client.inference.operation.details",
    ]
)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        yield from texts(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def check(record: SpanRecord) -> None:
    """Look whether the record can be kept: it is JSON, has its types, and counts nothing odd."""
    written = orjson.dumps(msgspec.to_builtins(record))
    assert msgspec.json.decode(written, type=SpanRecord) == record
    assert not any("\0" in words for words in texts(msgspec.to_builtins(record)))
    counts = (record.input_tokens, record.output_tokens, record.reasoning_tokens)
    assert all(count is None or count >= 0 for count in counts)


@given(st.binary(max_size=400), TYPES)
def test_arbitrary_bytes_are_refused_or_read(body, content_type):
    for read in (read_traces, read_metrics, read_logs):
        with contextlib.suppress(*REFUSALS):
            kept, rejected = read(body, content_type)
            assert isinstance(answer(rejected, content_type), bytes)
            assert not kept or isinstance(kept, int | list)


@given(
    st.dictionaries(KEYS, VALUES, max_size=8),
    st.lists(st.tuples(EVENTS, st.dictionaries(KEYS, SCALARS, max_size=4)), max_size=3),
    st.sampled_from(["", "openinference.x", "langfuse-sdk", "pydantic-ai", "traceloop.tracer"]),
)
def test_arbitrary_attributes_mean_something_or_nothing(attributes, events, scope):
    kept, rejected = both(Made(attributes, events=events), scope=scope, resource=attributes)
    assert rejected == []
    check(kept[0])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "resourceSpans",
                    "scopeSpans",
                    "spans",
                    "resource",
                    "scope",
                    "attributes",
                    "key",
                    "value",
                    "stringValue",
                    "arrayValue",
                    "values",
                    "status",
                    "code",
                    "traceId",
                    "spanId",
                    "kind",
                    "events",
                    "startTimeUnixNano",
                    "intValue",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.lists(JSON_VALUES, max_size=3), st.integers(0, 3))
def test_arbitrary_json_of_the_right_words_is_refused_or_read(inner, depth):
    document = inner
    for name in ("spans", "scopeSpans", "resourceSpans")[:depth]:
        document = [{name: document}]
    body = json.dumps(document[0] if document else {}).encode()
    with contextlib.suppress(*REFUSALS):
        for record in read_traces(body, JSON, now_ns=AFTER_ALL_NS)[0]:
            check(record)


@pytest.mark.parametrize("client", CLIENTS)
def test_damaged_captures_are_refused_or_read(client):
    dice = random.Random(client)
    for request in requests(client):
        for _ in range(60):
            body = bytearray(request.body)
            for _ in range(dice.randint(1, 6)):
                at = dice.randrange(len(body))
                match dice.randrange(3):
                    case 0:
                        body[at] = dice.randrange(256)
                    case 1:
                        del body[at : at + dice.randint(1, 40)]
                    case _:
                        body[at:at] = dice.randbytes(dice.randint(1, 8))
            with contextlib.suppress(*REFUSALS):
                kept, _ = read_traces(bytes(body), request.content_type, now_ns=AFTER_ALL_NS)
                for record in kept:
                    check(record)
