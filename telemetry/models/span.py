"""Span: one step of a run, and how long it took."""

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedQuerySet
from telemetry.models.partitioned import PartitionedModel


class SpanKind(models.TextChoices):
    AGENT = "agent", "Agent"
    WORKFLOW = "workflow", "Workflow"
    LLM = "llm", "Model call"
    EMBEDDING = "embedding", "Embedding"
    TOOL = "tool", "Tool call"
    RETRIEVAL = "retrieval", "Retrieval"
    MEMORY = "memory", "Memory"
    GUARDRAIL = "guardrail", "Guardrail"
    EVALUATION = "evaluation", "Evaluation"
    SPAN = "span", "Step"


class SpanStatus(models.TextChoices):
    OK = "ok", "OK"
    ERROR = "error", "Error"
    UNSET = "unset", "Not told"


class SpanQuerySet(ScopedQuerySet["Span"]):
    def of_run(self, run_id: Any, since: datetime, until: datetime) -> "SpanQuerySet":
        """Return a run's spans; the times let the database skip other days."""
        return self.filter(run_id=run_id, started_at__gte=since, started_at__lte=until)


class Span(PartitionedModel):
    """One step of a run: a model call, a tool call, an agent at work, or anything else.

    The table is partitioned by day, and its true key is (id, started_at). `id` follows from the
    organization, the trace, the span and its start, so a span that is sent twice is kept once.
    `span_id` and `parent_id` are OpenTelemetry's 64 bits as a signed number. Input tokens include
    those read from and written to a cache, output tokens those of reasoning. Tokens that only sum
    up those of other spans are not `counted`. `cost` is in US dollars by the price list of the
    time. There are no foreign keys, because each would cost every arriving row a look-up.
    """

    started_at = models.DateTimeField()
    run_id = models.UUIDField()
    source_id = models.UUIDField()
    span_id = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=12, choices=SpanKind.choices)
    status = models.CharField(max_length=6, choices=SpanStatus.choices)
    name = models.TextField()
    duration_us = models.BigIntegerField(null=True, blank=True)
    vendor = models.TextField(blank=True)
    model = models.TextField(blank=True)
    input_tokens = models.BigIntegerField(null=True, blank=True)
    output_tokens = models.BigIntegerField(null=True, blank=True)
    cached_tokens = models.BigIntegerField(null=True, blank=True)
    cache_write_tokens = models.BigIntegerField(null=True, blank=True)
    reasoning_tokens = models.BigIntegerField(null=True, blank=True)
    counted = models.BooleanField(default=True)
    cost = models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)
    tool_name = models.TextField(blank=True)
    tool_call_id = models.TextField(blank=True)
    error_type = models.TextField(blank=True)
    error_message = models.TextField(blank=True)
    attributes_json = models.TextField(blank=True)

    objects: ClassVar = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["organization", "run_id"], name="spans_of_a_run")]

    def __str__(self) -> str:
        return self.name

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, if that was told."""
        if self.duration_us is None:
            return None
        return self.started_at + timedelta(microseconds=self.duration_us)

    @property
    def attributes(self) -> dict[str, Any]:
        """What else was told of it, by the names it was told under."""
        found: dict[str, Any] = json.loads(self.attributes_json) if self.attributes_json else {}
        return found

    @property
    def tokens(self) -> int | None:
        """Input and output together; None where neither was told."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)
