"""The published shape of events, as JSON Schema."""

from typing import Any

from telemetry.events.shape import VERSION
from telemetry.events.steps import KINDS

_FLAT = ("RunStart", "ToolCall", "Decision", "Outcome", "RunEnd", "Error")
_INSTANT = {"type": "string", "format": "date-time"}
_ID = {"type": "string", "minLength": 1, "maxLength": 200}
_COUNT = {"type": "integer", "minimum": 0}
_SAID = {"type": ["string", "array", "object"]}
_PAYLOAD = {
    "run_id": {**_ID, "description": "The run it belongs to; a trace_id or session_id will do."},
    "trace_id": {**_ID, "description": "A W3C trace: then it joins the spans of that trace."},
    "session_id": _ID,
    "user_id": _ID,
    "agent_name": _ID,
    "environment": _ID,
    "app_id": _ID,
    "status": {"type": "string", "description": "failed, error, cancelled or timeout: it failed."},
    "error_type": _ID,
    "error_message": {"type": "string"},
    "latency_ms": {"type": "number", "minimum": 0, "description": "It ended at the timestamp."},
    "tool_name": _ID,
    "tool_call_id": _ID,
    "content": {**_SAID, "description": "What was said, in message.user and message.assistant."},
    "input": {**_SAID, "description": "What a run or a model was asked: a text, or messages."},
    "output": {**_SAID, "description": "What a run or a model answered."},
    "arguments": {**_SAID, "description": "What a tool was given."},
    "result": {**_SAID, "description": "What a tool gave back."},
    "action": _ID,
    "cost_tokens": _COUNT,
    "provider": _ID,
    "model": _ID,
    "input_tokens": {**_COUNT, "description": "All input, cached tokens included."},
    "output_tokens": {**_COUNT, "description": "All output, reasoning included."},
    "cache_read_tokens": _COUNT,
    "cache_write_tokens": _COUNT,
    "reasoning_tokens": _COUNT,
}
_FLAT_EVENT = {
    "type": "object",
    "required": ["event_id", "event_type", "timestamp"],
    "properties": {
        "event_id": {**_ID, "description": "Sent again, an event changes nothing."},
        "tenant_id": {"type": "string", "format": "uuid"},
        "instance_id": {**_ID, "description": "What did it: an agent's id, or a name of yours."},
        "event_type": {"enum": list(_FLAT)},
        "timestamp": _INSTANT,
        "payload": {"type": "object", "properties": _PAYLOAD},
        "version": {"const": VERSION},
    },
}
_ENVELOPE = {
    "type": "object",
    "required": ["meta", "payload"],
    "properties": {
        "meta": {
            "type": "object",
            "required": ["idempotency_key", "created_at"],
            "properties": {
                "request_id": _ID,
                "trace_id": _ID,
                "idempotency_key": _ID,
                "tenant_id": {"type": "string", "format": "uuid"},
                "user_id": _ID,
                "session_id": _ID,
                "created_at": _INSTANT,
            },
        },
        "payload": {
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {"enum": [name for name in KINDS if name not in _FLAT]},
                **_PAYLOAD,
            },
        },
        "version": {"const": VERSION},
    },
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": f"urn:arm:telemetry-events:{VERSION}",
    "title": "Telemetry events",
    "description": "What an agent says of its work; each event becomes a step of a run.",
    "type": "object",
    "required": ["events"],
    "properties": {
        "events": {
            "type": "array",
            "maxItems": 10_000,
            "items": {"anyOf": [_FLAT_EVENT, _ENVELOPE]},
        }
    },
}
