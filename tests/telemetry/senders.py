"""What agents of the tests send: traces as an exporter would, and events of ARM's own."""

import os
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils import timezone
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.cast import Api

PROTOBUF = "application/x-protobuf"
SECOND = 1_000_000_000


@dataclass
class Trace:
    """Spans of one trace of one service."""

    service: str = "helpdesk"
    environment: str = "production"
    trace_id: bytes = field(default_factory=lambda: os.urandom(16))
    began: int = field(default_factory=lambda: time.time_ns() - 60 * SECOND)
    request: Any = field(default_factory=ExportTraceServiceRequest)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin another request for spans of the same trace."""
        self.request = ExportTraceServiceRequest()
        resource = self.request.resource_spans.add()
        put(resource.resource, "service.name", self.service)
        put(resource.resource, "deployment.environment.name", self.environment)
        self.spans = resource.scope_spans.add().spans

    def span(
        self,
        name: str,
        *,
        parent: bytes = b"",
        after: float = 0.0,
        took: float = 1.0,
        error: str = "",
        span_id: bytes | None = None,
        **attributes: Any,
    ) -> bytes:
        """Add a span that began `after` seconds; attributes are written with _ for a dot."""
        start = self.began + int(after * SECOND)
        span = self.spans.add(
            trace_id=self.trace_id,
            span_id=span_id or os.urandom(8),
            parent_span_id=parent,
            name=name,
            start_time_unix_nano=start,
            end_time_unix_nano=start + int(took * SECOND),
        )
        if error:
            span.status.code, span.status.message = 2, error
        for key, value in attributes.items():
            put(span, DOTTED.get(key, key.replace("__", ".")), value)
        return bytes(span.span_id)

    def body(self) -> bytes:
        return bytes(self.request.SerializeToString())

    def send(self, api: Api, path: str = "/v1/traces") -> Any:
        return send(api, self.body(), path=path)


DOTTED = {
    "agent": "gen_ai.agent.name",
    "operation": "gen_ai.operation.name",
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.request.model",
    "tokens_in": "gen_ai.usage.input_tokens",
    "tokens_out": "gen_ai.usage.output_tokens",
    "tool": "gen_ai.tool.name",
    "conversation": "gen_ai.conversation.id",
}


def put(owner: Any, key: str, value: Any) -> None:
    attribute = owner.attributes.add()
    attribute.key = key
    kinds = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}
    setattr(attribute.value, kinds[type(value)], value)


def send(api: Api, body: bytes, *, path: str = "/v1/traces", kind: str = PROTOBUF) -> Any:
    return api.client.post(path, body, content_type=kind, headers=api.headers)


def work(
    agent: str = "support-agent", *, error: str = "", trace: Trace | None = None, **head: Any
) -> Trace:
    """Return a run: an agent that calls a model, then a tool, then the model again."""
    trace = trace or Trace()
    top = os.urandom(8)
    chat = {"operation": "chat", "provider": "openai", "model": "gpt-4o", "parent": top}
    trace.span("chat gpt-4o", after=0.1, tokens_in=1_000, tokens_out=100, **chat)
    trace.span(
        "execute_tool lookup_order",
        parent=top,
        after=1.2,
        took=0.2,
        error=error,
        operation="execute_tool",
        tool="lookup_order",
    )
    trace.span("chat gpt-4o", after=1.5, tokens_in=1_200, tokens_out=50, **chat)
    trace.span(
        f"invoke_agent {agent}",
        span_id=top,
        took=3.0,
        error=error,
        operation="invoke_agent",
        agent=agent,
        **head,
    )
    return trace


def rejected(answer: Any) -> tuple[int, str]:
    """Return how many spans an answer says were rejected, and why."""
    told = ExportTraceServiceResponse.FromString(answer.content).partial_success
    return told.rejected_spans, told.error_message


def event(kind: str, run: str, **more: Any) -> dict[str, Any]:
    """Return an event of the flat shape; `payload` entries are given by name."""
    own = {name: more.pop(name) for name in ("event_id", "tenant_id", "timestamp") if name in more}
    return {
        "event_id": uuid4().hex,
        "event_type": kind,
        "timestamp": timezone.now().isoformat(),
        "instance_id": more.pop("instance_id", "support-1"),
        **own,
        "payload": {"run_id": run, **more},
    }
