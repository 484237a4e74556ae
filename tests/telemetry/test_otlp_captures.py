"""What real clients sent becomes the right agents, runs, messages, tools, tokens and errors."""

import json

import pytest

from telemetry.naming import name_sources
from telemetry.otlp import Signal, answer, read_metrics
from telemetry.records import SpanRecord
from tests.telemetry.captures import CLIENTS, records, requests, said, tree

QUESTION = ("user", "Where is order 7?")
CALL = ("assistant", {"order": 7})
FOUND = ("tool", "Order 7 left on Monday.")
ANSWER = ("assistant", "Order 7 is on its way.")
INSTRUCTIONS = "You know where orders are."
RECORDED = {
    "agent_framework": "genai",
    "agno": "openinference",
    "anthropic_sdk": "genai",
    "crewai": "openinference",
    "google_adk": "genai",
    "langfuse": "langfuse",
    "langgraph": "openinference",
    "langsmith": "langsmith",
    "llama_index": "openinference",
    "logfire": "logfire",
    "openinference": "openinference",
    "openllmetry": "traceloop",
    "otel_agents": "genai",
    "otel_js": "genai",
    "pydantic_ai": "logfire",
    "smolagents": "openinference",
    "strands": "genai",
    "vercel_ai": "vercel",
}


def test_every_client_is_here_and_known_by_its_dialect():
    assert {name: records(name)[0].dialect for name in CLIENTS} == RECORDED


CONVERSING = [
    "agent_framework",
    "agno",
    "langgraph",
    "langsmith",
    "llama_index",
    "logfire",
    "openinference",
    "openllmetry",
    "pydantic_ai",
    "strands",
    "vercel_ai",
]


def calls_of(client: str) -> list[SpanRecord]:
    """Return the calls of models that were answered, each once."""
    calls = [each for each in records(client) if each.kind == "llm" and each.status != "error"]
    return [each for each in calls if not each.counts_twice]


# Frameworks that put a prompt of their own around the question, or repeat the call as text;
# Google's kit keeps content to itself and adds the reasoning to the output.
WORDY = {"crewai", "smolagents", "otel_agents", "google_adk"}


@pytest.mark.parametrize("client", CLIENTS)
def test_every_call_of_a_model_is_complete(client):
    for call in calls_of(client):
        assert call.input_tokens == 22
        assert call.output_tokens == (13 if client == "google_adk" else 9)
        assert call.model.removeprefix("openai/").startswith(("gpt-5.2", "claude-opus-5"))
        assert call.vendor == ("anthropic" if "claude" in call.model else "openai")
    assert calls_of(client) or client == "otel_js"


@pytest.mark.parametrize("client", [name for name in CLIENTS if name not in WORDY])
def test_what_was_said_is_known_of_every_call(client):
    for call in calls_of(client):
        assert (said(call.messages_in)[0], call.instructions or INSTRUCTIONS) == (
            QUESTION,
            INSTRUCTIONS,
        )
        assert said(call.messages_out) in ([CALL], [ANSWER])


@pytest.mark.parametrize("client", CONVERSING)
def test_a_conversation_with_a_tool_means_the_same_whoever_tells_it(client):
    last = next(each for each in calls_of(client) if len(each.messages_in) == 3)
    assert said(last.messages_in) == [QUESTION, CALL, FOUND]
    assert said(last.messages_out) == [ANSWER]
    assert last.messages_in[1].parts[0]["name"] == "lookup_order"
    assert last.messages_in[2].tool_call_id == last.messages_in[1].parts[0]["id"] == "call_1"


@pytest.mark.parametrize("client", CLIENTS)
def test_content_is_in_its_fields_and_nowhere_else(client):
    for record in records(client):
        kept = json.dumps(record.attributes)
        assert "order 7" not in kept.lower()
        assert "orders are" not in kept
        has_content = record.messages_in or record.messages_out or record.tool_arguments
        assert bool(record.content_bytes) >= bool(has_content)


def test_pydantic_ai_tells_runs_of_one_agent():
    found = records("pydantic_ai")
    run = ["agent support-agent", "  llm gpt-5.2", "  tool lookup_order", "  llm gpt-5.2"]
    assert tree(found) == [*run, *run, "agent support-agent", "  llm gpt-5.2"]
    agent = next(each for each in found if each.kind == "agent")
    assert (agent.service, agent.service_version, agent.environment, agent.instance) == (
        "helpdesk",
        "4.2",
        "staging",
        "helpdesk-1",
    )
    assert (agent.input_tokens, agent.output_tokens, agent.counts_twice) == (44, 18, True)
    assert said(agent.messages_out) == [ANSWER]
    assert len({each.conversation_id for each in found}) == 3


def test_pydantic_ai_tells_tools_in_two_formats_that_mean_the_same():
    new, old = (each for each in records("pydantic_ai") if each.kind == "tool")
    assert new.name != old.name
    for tool in (new, old):
        assert tool.tool_name == "lookup_order"
        assert tool.tool_call_id == "call_1"
        assert json.loads(tool.tool_arguments) == {"order": 7}
        assert tool.tool_result == "Order 7 left on Monday."


def test_pydantic_ai_tells_of_a_refusal_with_its_exception():
    refused = [each for each in records("pydantic_ai") if each.status == "error"]
    assert [each.kind for each in refused] == ["llm", "agent"]
    for each in refused:
        assert each.error_type == "pydantic_ai.exceptions.ModelRateLimitError"
        assert "429" in each.error_message
        assert each.exceptions[0].stacktrace.startswith("Traceback")


def test_the_sdk_of_anthropic_tells_its_own_calls():
    spoken, called, refused = records("anthropic_sdk")
    assert (spoken.provider, spoken.vendor, spoken.service) == ("anthropic", "anthropic", "claims")
    assert (spoken.cache_read_tokens, spoken.cache_write_tokens) == (7, 3)
    assert (spoken.response_id, spoken.finish_reasons) == ("msg_1", ["end_turn"])
    assert (said(spoken.messages_out), spoken.status) == ([ANSWER], "ok")
    assert (said(called.messages_out), called.finish_reasons) == ([CALL], ["tool_use"])
    assert (refused.status, refused.error_type) == ("error", "rate_limit_error")
    assert refused.attributes["http.response.status_code"] == 429


def test_openllmetry_tells_a_workflow_with_an_agent():
    found = records("openllmetry")
    assert tree(found) == [
        "workflow",
        "  agent order-agent",
        "    llm gpt-5.2",
        "    tool lookup_order",
        "    llm gpt-5.2",
        "  llm gpt-5.2",
        "  embedding text-embedding-3-small",
        "  llm gpt-5.2",
        "llm gpt-5.2",
    ]
    assert {each.conversation_id for each in found} == {"session-5"}
    assert {each.user_id for each in found} == {"user-3"}
    assert {each.attributes.get("gen_ai.workflow.name") for each in found[:-4]} == {
        "order-workflow"
    }
    streamed = [each for each in found if each.first_chunk_ms is not None]
    assert [each.attributes["gen_ai.request.stream"] for each in streamed] == [True]
    tool = next(each for each in found if each.kind == "tool")
    assert (tool.tool_arguments, tool.tool_result) == ("[7]", "Order 7 left on Monday.")
    assert [each.error_type for each in found if each.status == "error"] == ["RateLimitError"]


def test_openinference_tells_agents_of_openais_sdk():
    found = records("openinference")
    run = ["workflow", "  span", "    agent {}"]
    turns = ["      span", "        llm {}", "        tool lookup_order"]
    turns += ["      span", "        llm {}"]
    expected = [
        line.format(name if "agent" in line else model)
        for name, model in (("Orders", "gpt-5.2-2026-01-15"), ("Chatty", "gpt-5.2"))
        for line in (*run, *turns)
    ]
    expected += [*run[:2], "    agent Refused", "      span", "        llm"]
    assert tree(found) == [
        *expected,
        "llm gpt-5.2-2026-01-15",
        "embedding text-embedding-3-small",
    ]
    first = found[0]
    assert (first.cache_read_tokens, first.reasoning_tokens) == (7, 4)
    assert (first.conversation_id, first.user_id) == ("session-5", "user-3")
    embedded = found[-1]
    assert (embedded.input_tokens, embedded.messages_out) == (5, [])
    assert said(embedded.messages_in) == [QUESTION]
    refused = [each for each in found if each.status == "error"]
    assert [each.kind for each in refused] == ["llm", "agent"]
    assert all("429" in each.error_message for each in refused)


def test_langfuse_tells_observations():
    found = records("langfuse")
    assert tree(found) == [
        "agent order-agent",
        "  tool lookup_order",
        "  llm gpt-5.2",
        "llm gpt-5.2-2026-01-15",
        "llm gpt-5.2",
    ]
    assert {(each.service, each.environment) for each in found} == {("concierge", "staging")}
    told = next(each for each in found if each.name == "say-it")
    assert (told.input_tokens, told.cache_read_tokens, told.cost) == (22, 7, "0.003")
    wrapped = next(each for each in found if each.reasoning_tokens)
    assert (wrapped.input_tokens, wrapped.cache_read_tokens, wrapped.reasoning_tokens) == (22, 7, 4)
    assert wrapped.attributes["gen_ai.request.temperature"] == 1
    failed = found[-1]
    assert (failed.status, failed.error_message) == ("error", "Error code: 429 - Slow down.")
    agent = next(each for each in found if each.kind == "agent")
    assert (said(agent.messages_in), said(agent.messages_out)) == ([QUESTION], [ANSWER])


def test_javascript_tells_the_same_in_json_and_in_protobuf():
    in_json, in_protobuf = (request for request in requests("otel_js"))
    assert in_json.content_type == "application/json"
    assert in_json.head["transfer-encoding"] == in_protobuf.head["transfer-encoding"] == "chunked"
    found = records("otel_js")
    assert tree(found) == ["agent planner", "  llm gpt-5.2"] * 2
    for call in found[::2]:
        assert (call.status, call.error_type) == ("error", "TypeError")
        assert call.error_message == "The plan has no steps."
        assert call.attributes["gen_ai.request.temperature"] == 0.5
        assert call.attributes["gen_ai.request.stream"] is True
    assert {each.conversation_id for each in found[1::2]} == {"conversation-9"}


def test_metrics_of_a_real_client_are_taken_and_counted():
    (request,) = requests("openllmetry", "metrics")
    counted, rejected = read_metrics(request.body, request.content_type)
    assert counted > 7
    assert answer(rejected, request.content_type, Signal.METRICS) == b""


FRAMEWORKS = [name for name in CONVERSING if not name.startswith(("open", "pydantic"))]


@pytest.mark.parametrize("client", [*FRAMEWORKS, "google_adk", "smolagents", "otel_agents"])
def test_frameworks_tell_one_agent_with_its_calls_and_its_tool(client):
    found = records(client)
    named = {each.agent_name for each in name_sources(found) if each.agent_name}
    assert named == ({"orders"} if client != "llama_index" else set())
    tools = [each for each in found if each.kind == "tool"]
    assert {each.tool_name for each in tools} == {"lookup_order"}
    if client != "google_adk":
        assert all('"order":7' in each.tool_arguments.replace(" ", "") for each in tools)
        assert all("left on Monday" in each.tool_result for each in tools)


def test_an_agents_id_that_was_drawn_for_one_process_does_not_make_another_agent():
    told = records("agent_framework")
    assert any(each.agent_id for each in told)
    assert {each.key for each in name_sources(told)} == {"orders\nhelpdesk"}
