"""What attributes mean, dialect by dialect, generation by generation."""

import json

import pytest

from telemetry.dialects.table import MAPPING_VERSION, ROWS
from tests.telemetry.captures import said
from tests.telemetry.making import NOW_NS, SECOND_NS, Made, both, understood

HELLO = [("user", "Hello?")]
HI = [("assistant", "Hi.")]


def test_the_table_has_a_version_and_names_nothing_twice():
    names = [name for names in ROWS.values() for name in names]
    assert MAPPING_VERSION
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("chat", "llm"),
        ("generate_content", "llm"),
        ("text_completion", "llm"),
        ("embeddings", "embedding"),
        ("execute_tool", "tool"),
        ("invoke_agent", "agent"),
        ("create_agent", "agent"),
        ("invoke_workflow", "workflow"),
        ("retrieval", "retrieval"),
        ("search_memory", "memory"),
        ("upsert_memory", "memory"),
        ("plan", "span"),
    ],
)
def test_the_operation_of_the_conventions_decides_the_kind(operation, kind):
    record = understood(
        {"gen_ai.operation.name": operation, "openinference.span.kind": "GUARDRAIL"}
        if kind != "span"
        else {"gen_ai.operation.name": operation}
    )
    assert record.kind == kind


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"openinference.span.kind": "AGENT"}, "agent"),
        ({"openinference.span.kind": "RETRIEVER"}, "retrieval"),
        ({"openinference.span.kind": "RERANKER"}, "retrieval"),
        ({"openinference.span.kind": "GUARDRAIL"}, "guardrail"),
        ({"openinference.span.kind": "EVALUATOR"}, "evaluation"),
        ({"openinference.span.kind": "CHAIN"}, "workflow"),
        ({"langfuse.observation.type": "generation"}, "llm"),
        ({"langfuse.observation.type": "span"}, "span"),
        ({"traceloop.span.kind": "workflow"}, "workflow"),
        ({"traceloop.span.kind": "task"}, "span"),
        ({"langsmith.span.kind": "retriever"}, "retrieval"),
        ({"llm.request.type": "chat"}, "llm"),
        ({"ai.operationId": "ai.generateText"}, "workflow"),
        ({"ai.operationId": "ai.generateText.doGenerate"}, "llm"),
        ({"ai.operationId": "ai.embed.doEmbed"}, "embedding"),
        ({"ai.operationId": "ai.toolCall"}, "tool"),
        ({"mcp.method.name": "tools/call"}, "tool"),
        ({"gen_ai.request.model": "m", "gen_ai.usage.prompt_tokens": 1}, "llm"),
        ({"gen_ai.tool.name": "search"}, "tool"),
        ({"http.request.method": "GET"}, "span"),
    ],
)
def test_a_span_without_an_operation_is_known_by_its_dialect(attributes, kind):
    assert understood(attributes).kind == kind


def test_a_chain_within_another_span_is_a_step():
    record = understood({"openinference.span.kind": "CHAIN"}, parent_id="00f067aa0ba902b7")
    assert record.kind == "span"


def test_the_newest_name_counts_in_whatever_order_they_come():
    newest, oldest = ("gen_ai.usage.input_tokens", 22), ("gen_ai.usage.prompt_tokens", 12)
    for told in ([newest, oldest], [oldest, newest]):
        assert understood(dict(told)).input_tokens == 22


GENERATIONS = [
    {
        "gen_ai.provider.name": "anthropic",
        "gen_ai.usage.input_tokens": 22,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 7,
        "gen_ai.usage.cache_write.input_tokens": 3,
        "gen_ai.usage.reasoning.output_tokens": 4,
    },
    {
        "gen_ai.system": "Anthropic",
        "gen_ai.usage.input_tokens": "22",
        "gen_ai.usage.output_tokens": 9.0,
        "gen_ai.usage.cache_read_input_tokens": 7,
        "gen_ai.usage.cache_creation.input_tokens": 3,
        "gen_ai.usage.reasoning_tokens": 4,
    },
    {
        "llm.system": "anthropic",
        "llm.token_count.total": 31,
        "llm.token_count.completion": 9,
        "llm.token_count.prompt_details.cache_read": 7,
        "llm.token_count.prompt_details.cache_write": 3,
        "llm.token_count.completion_details.reasoning": 4,
    },
    {
        "gen_ai.system": "anthropic",
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details": json.dumps(
            {
                "input": 12,
                "output": 5,
                "cache_read_input_tokens": 7,
                "cache_creation_input_tokens": 3,
                "output_reasoning_tokens": 4,
                "total": 31,
            }
        ),
    },
    {
        "gen_ai.system": "anthropic",
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details": json.dumps(
            {
                "input_tokens": 22,
                "output_tokens": 9,
                "input_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 3},
                "output_tokens_details": {"reasoning_tokens": 4},
            }
        ),
    },
]


@pytest.mark.parametrize("told", GENERATIONS)
def test_tokens_mean_the_same_in_every_habit(told):
    record = understood({"gen_ai.operation.name": "chat", **told})
    assert (record.provider, record.vendor) == ("anthropic", "anthropic")
    assert (record.input_tokens, record.output_tokens) == (22, 9)
    assert (record.cache_read_tokens, record.cache_write_tokens) == (7, 3)
    assert record.reasoning_tokens == 4
    assert not record.counts_twice


def test_input_less_than_what_was_cached_of_it_is_the_rest_alone():
    record = understood(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.cache_read.input_tokens": 100,
            "gen_ai.usage.output_tokens": 5,
            "gen_ai.usage.reasoning_tokens": 6,
        }
    )
    assert (record.input_tokens, record.output_tokens) == (112, 11)


@pytest.mark.parametrize("nonsense", [-1, True, "many", 10**15, 1.5e300, [1], {"a": 1}])
def test_counts_that_are_none_are_not_counted(nonsense):
    record = understood({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": nonsense})
    assert record.input_tokens is None


@pytest.mark.parametrize(
    ("told", "provider", "vendor"),
    [
        ("openai", "openai", "openai"),
        ("azure.ai.openai", "azure.ai.openai", "azure"),
        ("az.ai.inference", "azure.ai.inference", "azure"),
        ("aws.bedrock", "aws.bedrock", "aws"),
        ("gcp.vertex.agent", "gcp.vertex_ai", "google"),
        ("AWS", "aws.bedrock", "aws"),
        ("gcp.vertex_ai", "gcp.vertex_ai", "google"),
        ("Google", "gcp.gemini", "google"),
        ("mistralai", "mistral_ai", "mistral"),
        ("openai.responses", "openai", "openai"),
        ("acme-llm", "acme-llm", ""),
    ],
)
def test_providers_are_spelt_one_way_and_belong_to_a_vendor(told, provider, vendor):
    record = understood({"gen_ai.operation.name": "chat", "gen_ai.provider.name": told})
    assert (record.provider, record.vendor) == (provider, vendor)


@pytest.mark.parametrize(
    ("host", "vendor"),
    [
        ("api.openai.com", "openai"),
        ("acme.openai.azure.com", "azure"),
        ("bedrock-runtime.eu-west-1.amazonaws.com", "aws"),
        ("127.0.0.1", ""),
    ],
)
def test_where_nobody_names_the_provider_the_host_does(host, vendor):
    record = understood({"gen_ai.operation.name": "chat", "server.address": host})
    assert record.vendor == vendor
    assert record.attributes["server.address"] == host


def test_sums_on_an_agents_span_are_marked():
    told = {"gen_ai.operation.name": "invoke_agent", "gen_ai.aggregated_usage.input_tokens": 44}
    assert understood(told).counts_twice
    assert understood({**told, "gen_ai.usage.input_tokens": 44}).input_tokens == 44
    assert not understood({"gen_ai.operation.name": "invoke_agent"}).counts_twice
    # A remote agent is called as a client and has no spans below.
    assert not understood(told, kind=3).counts_twice


def test_a_call_around_another_librarys_call_is_marked():
    call = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 22}
    outer = Made(call, span_id="00000000000000a1")
    between = Made({}, span_id="00000000000000a2", parent_id=outer.span_id)
    inner = Made(call, span_id="00000000000000a3", parent_id=between.span_id)
    tool = Made(
        {"gen_ai.operation.name": "execute_tool"},
        span_id="00000000000000a4",
        parent_id=inner.span_id,
    )
    within = Made(call, span_id="00000000000000a5", parent_id=tool.span_id)
    records, _ = both(within, tool, inner, between, outer)
    marked = {each.span_id[-2:] for each in records if each.counts_twice}
    assert marked == {"a1"}


@pytest.mark.parametrize(
    ("outer", "inner", "is_marked"),
    [
        ({"gen_ai.request.model": "gpt-5.2"}, {"gen_ai.request.model": "gpt-5.2-2026-01-15"}, True),
        ({"gen_ai.request.model": "openai/gpt-5.2"}, {"gen_ai.request.model": "gpt-5.2"}, True),
        ({}, {"gen_ai.request.model": "gpt-5.2"}, True),
        ({"gen_ai.request.model": "gpt-5.2"}, {"gen_ai.request.model": "judge-1"}, False),
        ({}, {"gen_ai.operation.name": "embeddings"}, False),
    ],
)
def test_only_the_same_call_is_told_twice(outer, inner, is_marked):
    call = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 22}
    above = Made(call | outer, span_id="00000000000000a1")
    below = Made(call | inner, span_id="00000000000000a2", parent_id=above.span_id)
    records, _ = both(below, above)
    assert [each.counts_twice for each in records] == [False, is_marked]


def test_cost_is_a_decimal_number():
    def cost_of(**told):
        return understood({"gen_ai.operation.name": "chat", **told}).cost

    assert cost_of(**{"operation.cost": 0.00012}) == "0.00012"
    assert cost_of(**{"gen_ai.usage.cost": "1e-5"}) == "0.00001"
    assert cost_of(**{"gen_ai.usage.cost": "100"}) == "100"
    assert cost_of(**{"gen_ai.usage.cost": "1e99999"}) is None
    assert cost_of(**{"gen_ai.usage.cost": -1}) is None
    assert cost_of(**{"gen_ai.usage.cost": "NaN"}) is None
    told = {"langfuse.observation.type": "generation"}
    details = {"langfuse.observation.cost_details": '{"input": 0.25, "output": 0.5}'}
    assert understood(told | details).cost == "0.75"


def test_agents_are_known_by_what_each_dialect_calls_them():
    told = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.id": "asst_1",
        "gen_ai.agent.name": "support",
        "gen_ai.agent.version": "3",
        "gen_ai.agent.description": "Answers.",
    }
    record = understood(told, resource={"service.name": "desk"})
    assert (record.agent_id, record.agent_name) == ("asst_1", "support")
    assert (record.agent_version, record.agent_description) == ("3", "Answers.")
    assert record.service == "desk"
    named = {
        "invoke_agent support": {"gen_ai.operation.name": "invoke_agent"},
        "support": {"langfuse.observation.type": "agent"},
        "a": {"openinference.span.kind": "AGENT", "agent.name": "support"},
        "b": {"openinference.span.kind": "AGENT", "graph.node.id": "support"},
        "c": {"traceloop.span.kind": "agent", "traceloop.entity.name": "support"},
        "d": {"gen_ai.operation.name": "invoke_agent", "agent_name": "support"},
    }
    for name, attributes in named.items():
        assert understood(attributes, name=name).agent_name == "support"


def test_the_resource_may_name_the_agent_and_a_span_may_name_another():
    resource = {"service.name": "desk", "gen_ai.agent.name": "house"}
    assert understood({}, resource=resource).agent_name == "house"
    told = {"gen_ai.agent.name": "guest"}
    assert understood(told, resource=resource).agent_name == "guest"


@pytest.mark.parametrize(
    "name",
    [
        "gen_ai.conversation.id",
        "session.id",
        "gen_ai.thread.id",
        "langfuse.session.id",
        "traceloop.association.properties.session_id",
        "thread_id",
    ],
)
def test_conversations_are_known_under_every_name(name):
    assert understood({name: "c-9"}).conversation_id == "c-9"


def test_the_place_is_told_by_the_resource():
    record = understood(
        {},
        resource={
            "service.name": "desk",
            "service.version": "4.2",
            "deployment.environment": "staging",
            "service.instance.id": "desk-1",
            "openinference.project.name": "help",
        },
    )
    place = (record.service, record.service_version, record.environment, record.instance)
    assert place == ("desk", "4.2", "staging", "desk-1")
    assert record.app == "help"


STRUCTURED = [{"role": "user", "parts": [{"type": "text", "content": "Hello?"}]}]
CONVERSATIONS = {
    "json on the span": {"gen_ai.input.messages": json.dumps(STRUCTURED)},
    "structured": {"gen_ai.input.messages": STRUCTURED},
    "openai": {"gen_ai.input.messages": '[{"role": "user", "content": "Hello?"}]'},
    "blocks": {
        "gen_ai.input.messages": json.dumps(
            [{"role": "user", "content": [{"type": "text", "text": "Hello?"}]}]
        )
    },
    "gemini": {"gen_ai.input.messages": '[{"role": "user", "parts": [{"text": "Hello?"}]}]'},
    "langchain": {"gen_ai.input.messages": '[[{"role": "human", "content": "Hello?"}]]'},
    "flattened": {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Hello?",
    },
    "flattened parts": {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "Hello?",
    },
    "traceloop": {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hello?"},
    "one text": {"gen_ai.prompt": "Hello?"},
    "plain input": {"openinference.span.kind": "LLM", "input.value": "Hello?"},
    "whole request": {
        "openinference.span.kind": "LLM",
        "input.value": '{"model": "m", "messages": [{"role": "user", "content": "Hello?"}]}',
    },
    "langfuse": {
        "langfuse.observation.type": "generation",
        "langfuse.observation.input": '{"messages": [{"role": "user", "content": "Hello?"}]}',
    },
    "quoted": {
        "langfuse.observation.type": "generation",
        "langfuse.observation.input": '"Hello?"',
    },
    "arguments": {
        "traceloop.span.kind": "workflow",
        "traceloop.entity.input": '{"args": ["Hello?"], "kwargs": {}}',
    },
    "vercel": {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.prompt.messages": '[{"role":"user","content":[{"type":"text","text":"Hello?"}]}]',
    },
    "adk": {
        "gcp.vertex.agent.llm_request": '{"model": "m", "contents":'
        ' [{"role": "user", "parts": [{"text": "Hello?"}]}], "config": {}}',
    },
    "langsmith": {
        "langsmith.span.kind": "llm",
        "gen_ai.prompt": '{"messages": [{"role": "user", "content": "Hello?"}]}',
    },
    "list of events": {
        "events": '[{"event.name": "gen_ai.user.message", "content": "Hello?", "role": "user"}]',
        "logfire.json_schema": "{}",
    },
}


@pytest.mark.parametrize("told", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_a_question_is_read_in_every_shape(told):
    record = understood({"gen_ai.system": "openai", **told})
    assert said(record.messages_in) == HELLO
    assert record.content_bytes > 0
    assert "Hello" not in json.dumps(record.attributes)


ANSWERS = {
    "flattened": {
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Hi.",
    },
    "whole answer": {
        "openinference.span.kind": "LLM",
        "output.value": '{"choices": [{"message": {"role": "assistant", "content": "Hi."}}]}',
    },
    "responses": {
        "openinference.span.kind": "LLM",
        "output.value": json.dumps(
            {
                "output": [
                    {
                        "type": "message",
                        "role": "assistant",
                        "content": [{"type": "output_text", "text": "Hi."}],
                    }
                ]
            }
        ),
    },
    "text": {"gen_ai.completion": "Hi."},
    "vercel": {"ai.operationId": "ai.generateText.doGenerate", "ai.response.text": "Hi."},
    "gemini": {
        "gcp.vertex.agent.llm_response": '{"content":'
        ' {"role": "model", "parts": [{"text": "Hi."}]}, "finish_reason": "STOP"}',
    },
    "result of a run": {"final_result": "Hi.", "gen_ai.operation.name": "invoke_agent"},
    "whole conversation": {
        "logfire.json_schema": "{}",
        "pydantic_ai.all_messages": '[{"role": "user", "content": "Hello?"},'
        '{"role": "assistant", "content": "Hi."}]',
    },
}


@pytest.mark.parametrize("told", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_read_in_every_shape(told):
    assert said(understood({"gen_ai.system": "openai", **told}).messages_out) == HI


def test_either_side_may_be_plain_where_the_other_is_structured():
    record = understood(
        {
            "openinference.span.kind": "LLM",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "Hello?",
            "output.value": "Hi.",
        }
    )
    assert (said(record.messages_in), said(record.messages_out)) == (HELLO, HI)


def test_a_conversation_is_read_from_events():
    events = [
        ("gen_ai.system.message", {"content": "Be brief."}),
        ("gen_ai.user.message", {"content": "Hello?"}),
        ("gen_ai.choice", {"index": 0, "message": '{"role": "assistant", "content": "Hi."}'}),
    ]
    record = understood({"gen_ai.operation.name": "chat"}, events=events)
    assert (said(record.messages_in), said(record.messages_out)) == (HELLO, HI)
    assert record.instructions == "Be brief."
    azure = [("gen_ai.user.message", {"gen_ai.event.content": '{"content": "Hello?"}'})]
    assert said(understood({"gen_ai.system": "a"}, events=azure).messages_in) == HELLO
    details = {"gen_ai.input.messages": STRUCTURED, "gen_ai.system_instructions": "Be brief."}
    event = ("gen_ai.client.inference.operation.details", details)
    record = understood({"gen_ai.operation.name": "chat"}, events=[event])
    assert (said(record.messages_in), record.instructions) == (HELLO, "Be brief.")


def test_calls_of_tools_look_alike_whoever_tells_them():
    shapes = [
        {"parts": [{"type": "tool_call", "id": "1", "name": "look", "arguments": {"a": 2}}]},
        {"content": [{"type": "tool_use", "id": "1", "name": "look", "input": {"a": 2}}]},
        {"tool_calls": [{"id": "1", "function": {"name": "look", "arguments": '{"a": 2}'}}]},
        {"parts": [{"functionCall": {"id": "1", "name": "look", "args": {"a": 2}}}]},
        {"content": [{"toolUse": {"toolUseId": "1", "name": "look", "input": {"a": 2}}}]},
        {
            "content": [
                {"type": "tool-call", "toolCallId": "1", "toolName": "look", "input": {"a": 2}}
            ]
        },
    ]
    expected = {"type": "tool_call", "id": "1", "name": "look", "arguments": {"a": 2}}
    for shape in shapes:
        message = json.dumps([{"role": "assistant", **shape}])
        record = understood({"gen_ai.output.messages": message})
        assert [part for each in record.messages_out for part in each.parts] == [expected]


def test_answers_of_tools_look_alike_whoever_tells_them():
    shapes = [
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "ok"}]},
        {"role": "user", "parts": [{"type": "tool_call_response", "id": "1", "result": "ok"}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "ok"}]},
        {"role": "tool", "tool_call_id": "1", "content": "ok"},
        {"type": "function_call_output", "call_id": "1", "output": "ok"},
    ]
    for shape in shapes:
        record = understood({"gen_ai.input.messages": json.dumps([shape])})
        (message,) = record.messages_in
        assert (message.role, message.tool_call_id) == ("tool", "1")
        assert message.parts == [{"type": "tool_call_response", "id": "1", "response": "ok"}]


@pytest.mark.parametrize(
    "damaged", ['[{"role": "user"', "{'role': 'user'}", '["\\x"]', "[" * 5_000, '{"a": 1e999}']
)
def test_damaged_json_is_kept_as_text_and_fails_no_span(damaged):
    record = understood({"gen_ai.operation.name": "chat", "gen_ai.input.messages": damaged})
    assert said(record.messages_in) == [("user", damaged)]


def test_tools_tell_what_they_were_given_and_gave():
    shapes = [
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "look",
            "gen_ai.tool.call.arguments": '{"a":2}',
            "gen_ai.tool.call.result": "found",
        },
        {
            "openinference.span.kind": "TOOL",
            "tool.name": "look",
            "input.value": '{"a":2}',
            "output.value": "found",
        },
        {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "look",
            "traceloop.entity.input": '{"args": [], "kwargs": {"a": 2}}',
            "traceloop.entity.output": '"found"',
        },
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "look",
            "gcp.vertex.agent.tool_call_args": '{"a":2}',
            "gcp.vertex.agent.tool_response": "found",
        },
        {
            "ai.operationId": "ai.toolCall",
            "ai.toolCall.name": "look",
            "ai.toolCall.args": '{"a":2}',
            "ai.toolCall.result": "found",
        },
    ]
    for shape in shapes:
        record = understood(shape)
        assert (record.kind, record.tool_name) == ("tool", "look")
        assert (record.tool_arguments, record.tool_result) == ('{"a":2}', "found")
        assert record.messages_in == []


def test_failures_are_read_from_all_places():
    by_status = understood({"error.type": "timeout"}, status=2, message="It took too long.")
    assert (by_status.status, by_status.error_type) == ("error", "timeout")
    assert by_status.error_message == "It took too long."
    event = ("exception", {"exception.type": "KeyError", "exception.message": "'id'"})
    by_event = understood({}, status=2, events=[event])
    assert (by_event.error_type, by_event.error_message) == ("KeyError", "'id'")
    assert by_event.exceptions[0].type == "KeyError"
    assert understood({"http.response.status_code": 503}, status=2).error_type == "503"
    assert understood({"error.type": "timeout"}).status == "error"
    handled = understood({}, status=1, events=[event])
    assert (handled.status, handled.error_type, len(handled.exceptions)) == ("ok", "", 1)


def test_evaluations_are_read_from_events_and_spans():
    told = {
        "gen_ai.evaluation.name": "relevance",
        "gen_ai.evaluation.score.value": -0.5,
        "gen_ai.evaluation.score.label": "poor",
        "gen_ai.evaluation.explanation": "It answers another question.",
    }
    by_event = understood({"gen_ai.system": "a"}, events=[("gen_ai.evaluation.result", told)])
    by_span = understood(told)
    assert by_span.kind == "evaluation"
    for record in (by_event, by_span):
        (evaluation,) = record.evaluations
        assert (evaluation.name, evaluation.score) == ("relevance", -0.5)
        assert (evaluation.label, evaluation.explanation) == (
            "poor",
            "It answers another question.",
        )


def test_the_first_chunk_is_told_in_four_ways():
    chat = {"gen_ai.operation.name": "chat"}
    chunk = ("gen_ai.content.completion.chunk", {})
    started = NOW_NS - 10 * SECOND_NS
    ways = [
        understood(chat | {"gen_ai.response.time_to_first_chunk": 1.0}),
        understood({"ai.operationId": "ai.streamText.doStream", "ai.response.msToFirstChunk": 1e3}),
        understood(chat | {"traceloop.workflow.name": "w"}, events=[chunk]),
        understood(
            {
                "langfuse.observation.type": "generation",
                "langfuse.observation.completion_start_time": '"2026-11-28T15:59:51Z"',
            },
            started_ns=started,
        ),
    ]
    assert [round(each.first_chunk_ms or 0) for each in ways[:3]] == [1000] * 3
    assert ways[3].first_chunk_ms is not None


@pytest.mark.parametrize(
    "key",
    [
        "app.prompt",
        "custom.messages",
        "http.request.header.authorization",
        "db.query.text",
        "gen_ai.tool.definitions",
        "llm.tools.0.tool.json_schema",
        "url.full",
        "my.api_key",
        "retrieval.documents.0.document.content",
        "user.password",
    ],
)
def test_content_and_secrets_nobody_mapped_are_left_out(key):
    record = understood({key: "sk-not-a-key", "gen_ai.system": "openai"})
    assert "sk-not-a-key" not in repr(record)
    assert record.content_bytes >= len("sk-not-a-key")


def test_long_texts_and_objects_are_left_out():
    odd = understood({"server.address": {"a": 1}, "http.response.status_code": "9" * 2_000})
    assert odd.attributes == {"otel.scope.name": "library"}
    record = understood({"note": "a" * 1_001, "deep": {"a": 1}, "many": [1] * 33, "few": [1, 2]})
    assert record.attributes == {"otel.scope.name": "library", "few": [1, 2]}


def test_attributes_are_renamed_to_the_newest_name():
    told = {"traceloop.workflow.name": "orders", "gen_ai.is_streaming": True}
    attributes = understood(told).attributes
    assert attributes["gen_ai.workflow.name"] == "orders"
    assert attributes["gen_ai.request.stream"] is True


def test_an_operation_without_a_kind_of_its_own_stays_readable():
    told = {"gen_ai.operation.name": "search_memory", "gen_ai.system": "a"}
    assert understood(told).attributes["gen_ai.operation.name"] == "search_memory"
