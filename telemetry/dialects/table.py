"""What every dialect calls the same thing: one row a fact, the newest name first.

Where a span tells a fact under several names, the first in its row counts. Facts without a
field of their own in `SpanRecord` (written with a capital) say what kind a span is, or hold
content that is read further.
"""

MAPPING_VERSION = "2026-11"

KIND = {
    "Operation": ("gen_ai.operation.name",),
    "SpanKind": (
        "openinference.span.kind",
        "langfuse.observation.type",
        "traceloop.span.kind",
        "langsmith.span.kind",
        "llm.request.type",  # traceloop before 0.40
    ),
    "VercelOperation": ("ai.operationId",),
    "McpMethod": ("mcp.method.name",),
}

AGENT = {
    "agent_id": ("gen_ai.agent.id",),
    "agent_name": (
        "gen_ai.agent.name",
        "agent.name",
        "agent_name",
        "ai.telemetry.functionId",
        "langsmith.metadata.lc_agent_name",
    ),
    "agent_version": ("gen_ai.agent.version", "agent.version"),
    "agent_description": ("gen_ai.agent.description", "agent.description"),
    "Metadata": ("metadata",),  # OpenInference
    "EntityName": ("traceloop.entity.name", "graph.node.id"),
    "conversation_id": (
        "gen_ai.conversation.id",
        "session.id",
        "gen_ai.thread.id",  # Azure
        "langfuse.session.id",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.thread_id",
        "anthropic.session.thread.id",
        "gcp.vertex.agent.session_id",  # Google's Agent Development Kit
        "ai.telemetry.metadata.sessionId",
        "langsmith.metadata.session_id",
        "langsmith.metadata.conversation_id",
        "langsmith.metadata.thread_id",
        "thread_id",
    ),
    "user_id": (
        "user.id",
        "enduser.id",
        "langfuse.user.id",
        "traceloop.association.properties.user_id",
        "gen_ai.user.id",
        "ai.telemetry.metadata.userId",
        "langsmith.metadata.user_id",
    ),
}

# Told by the resource as a rule, by single spans where one process serves many.
PLACE = {
    "service": ("service.name",),
    "service_version": ("service.version", "langfuse.release"),
    "environment": (
        "deployment.environment.name",
        "deployment.environment",
        "langfuse.environment",
        "gen_ai.environment",
    ),
    "instance": ("service.instance.id",),
    "app": ("gen_ai.application_name", "openinference.project.name", "service.namespace"),
}

MODEL = {
    "provider": (
        "gen_ai.provider.name",
        "gen_ai.system",
        "llm.provider",
        "llm.system",
        "ai.model.provider",
    ),
    "Host": ("server.address",),
    "model": (
        "gen_ai.request.model",
        "llm.model_name",
        "embedding.model_name",
        "reranker.model_name",
        "langfuse.observation.model.name",
        "model_name",
        "llm.request.model",
        "ai.model.id",
    ),
    "response_model": ("gen_ai.response.model", "llm.response.model", "ai.response.model"),
    "response_id": ("gen_ai.response.id", "ai.response.id"),
    "finish_reasons": (
        "gen_ai.response.finish_reasons",
        "gen_ai.response.finish_reason",
        "anthropic.message.stop_reason",
        "llm.finish_reason",
        "llm.response.finish_reason",
        "ai.response.finishReason",
    ),
    "first_chunk_ms": (
        "gen_ai.response.time_to_first_chunk",
        "gen_ai.server.time_to_first_token",
    ),
    "FirstChunkMs": ("ai.response.msToFirstChunk",),
    "FirstChunkAt": ("langfuse.observation.completion_start_time",),
    "Parameters": ("llm.invocation_parameters", "langfuse.observation.model.parameters"),
}

TOKENS = {
    "input_tokens": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "ai.usage.tokens",
    ),
    "output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
    ),
    "cache_read_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "llm.token_count.prompt_details.cache_read",
        "llm.usage.cache_read_input_tokens",
        "ai.usage.cachedInputTokens",
        "ai.usage.inputTokenDetails.cacheReadTokens",
    ),
    "cache_write_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "llm.token_count.prompt_details.cache_write",
        "llm.usage.cache_creation_input_tokens",
        "ai.usage.inputTokenDetails.cacheWriteTokens",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
        "llm.usage.reasoning_tokens",
        "ai.usage.reasoningTokens",
        "ai.usage.outputTokenDetails.reasoningTokens",
    ),
    "TotalTokens": (
        "gen_ai.usage.total_tokens",
        "llm.token_count.total",
        "llm.usage.total_tokens",
        "ai.usage.totalTokens",
    ),
    "UsageDetails": ("langfuse.observation.usage_details", "langsmith.metadata.usage_metadata"),
    "cost": ("gen_ai.usage.cost", "operation.cost", "llm.cost.total"),
    "CostDetails": ("langfuse.observation.cost_details",),
}

# Sums over the calls within an agent's span; told where the span has no tokens of its own.
AGGREGATED = {
    field: tuple(f"gen_ai.aggregated_usage.{name}" for name in names)
    for field, names in {
        "input_tokens": ("input_tokens",),
        "output_tokens": ("output_tokens",),
        "cache_read_tokens": ("cache_read.input_tokens", "details.cache_read_tokens"),
        "cache_write_tokens": ("cache_write.input_tokens", "cache_creation.input_tokens"),
        "reasoning_tokens": ("reasoning.output_tokens", "details.reasoning_tokens"),
    }.items()
}

TOOL = {
    "tool_name": ("gen_ai.tool.name", "tool.name", "mcp.tool.name", "ai.toolCall.name"),
    "tool_type": ("gen_ai.tool.type",),
    "tool_call_id": ("gen_ai.tool.call.id", "tool_call.id", "tool.id", "ai.toolCall.id"),
    "tool_arguments": (
        "gen_ai.tool.call.arguments",
        "tool_arguments",
        "tool_call.function.arguments",
        "gcp.vertex.agent.tool_call_args",
        "ai.toolCall.args",
    ),
    "tool_result": (
        "gen_ai.tool.call.result",
        "tool_response",
        "gcp.vertex.agent.tool_response",
        "ai.toolCall.result",
    ),
}

TOOL_CONTENT = frozenset({"tool_arguments", "tool_result"})

CONTENT = {
    "Input": ("gen_ai.input.messages", "ai.prompt.messages"),
    "Output": ("gen_ai.output.messages",),
    "Instructions": ("gen_ai.system_instructions",),
    "AllMessages": ("pydantic_ai.all_messages", "all_messages_events"),
    "Events": ("events",),  # pydantic-ai, format 1
    "Prompt": (
        "gen_ai.prompt",
        "langfuse.observation.input",
        "traceloop.entity.input",
        "input.value",
        "gcp.vertex.agent.llm_request",
        "ai.prompt",
    ),
    "Completion": (
        "gen_ai.completion",
        "langfuse.observation.output",
        "traceloop.entity.output",
        "output.value",
        "gcp.vertex.agent.llm_response",
        "final_result",
        "ai.response.text",
    ),
    "ResponseToolCalls": ("ai.response.toolCalls",),
}

FAILURE = {
    "error_type": ("error.type",),
    "HttpStatus": ("http.response.status_code",),
    "StatusMessage": ("langfuse.observation.status_message",),
    "Level": ("langfuse.observation.level",),
    "ExceptionType": ("exception.type",),
    "ExceptionMessage": ("exception.message",),
    "ExceptionStacktrace": ("exception.stacktrace",),
}

EVALUATION = {
    "EvaluationName": ("gen_ai.evaluation.name",),
    "EvaluationScore": ("gen_ai.evaluation.score.value",),
    "EvaluationLabel": ("gen_ai.evaluation.score.label",),
    "EvaluationExplanation": ("gen_ai.evaluation.explanation",),
}

# What a library says where it knows nothing (OpenTelemetry's own for OpenAI's Agents SDK).
SAYS_NOTHING = {"agent_id": "agent", "agent_name": "OpenAI Agent"}

# Kept in `attributes`, under the one name that is newest.
RENAMED = {
    "traceloop.workflow.name": "gen_ai.workflow.name",
    "tool.description": "gen_ai.tool.description",
    "gen_ai.is_streaming": "gen_ai.request.stream",
    "llm.is_streaming": "gen_ai.request.stream",
    "langfuse.observation.prompt.name": "gen_ai.prompt.name",
    "langfuse.observation.prompt.version": "gen_ai.prompt.version",
}

# Said of every span, and of use to nobody.
IGNORED = frozenset(
    {
        "gen_ai.event.start_time",
        "gen_ai.event.end_time",
        "input.mime_type",
        "output.mime_type",
        "langfuse.internal.is_app_root",
        "logfire.msg_template",
        "logfire.span_type",
        "ai.operationId",
        "operation.name",
        "resource.name",
    }
)

# Told twice as attributes and as facts: these stay in `attributes` too.
KEPT = frozenset({"server.address", "http.response.status_code", "mcp.method.name"})

# Lists told as one attribute an element, `prefix.{index}.…`, and what they tell.
FLATTENED = {
    "llm.input_messages": "Input",
    "llm.output_messages": "Output",
    "gen_ai.prompt": "Input",
    "gen_ai.completion": "Output",
}

ROWS: dict[str, tuple[str, ...]] = {
    **KIND,
    **AGENT,
    **PLACE,
    **MODEL,
    **TOKENS,
    **TOOL,
    **CONTENT,
    **FAILURE,
    **EVALUATION,
}
