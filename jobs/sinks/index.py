"""Which kinds of receiver there are; higher apps add theirs when they load."""

from jobs.sinks.sink import Sink
from jobs.sinks.webhook import WebhookSink

WEBHOOK = "webhook"
SINKS: dict[str, Sink] = {WEBHOOK: WebhookSink()}


def add_sink(kind: str, sink: Sink) -> None:
    """Let subscriptions lead to this kind of receiver."""
    SINKS[kind] = sink
