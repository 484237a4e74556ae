"""Programs that send what agents did, as exporters do, and what must be true of it afterwards."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tests.drills.cluster import Cluster
from tests.drills.world import World
from tests.telemetry.senders import PROTOBUF, Trace

TAKEN = 200
SPANS = 20
TRACES, EVENTS = "/v1/traces", "/api/v1/telemetry/events"
STORED = "SELECT name, count(*) FROM telemetry_span GROUP BY name"
# Runs whose sums are not those of their spans, and model use that is not that of its calls.
WRONG_RUNS = """
SELECT run.id FROM telemetry_run run
  LEFT JOIN (SELECT run_id, count(*) AS spans, sum(coalesce(input_tokens, 0)) AS tokens
               FROM telemetry_span GROUP BY run_id) told ON told.run_id = run.id
 WHERE (run.spans, run.input_tokens) IS DISTINCT FROM (told.spans, told.tokens)
"""
USED = "SELECT coalesce(sum(calls), 0), coalesce(sum(input_tokens), 0) FROM telemetry_modeluse"
CALLED = (
    "SELECT count(*), coalesce(sum(input_tokens), 0) FROM telemetry_span"
    " WHERE kind IN ('llm', 'embedding') AND counted"
)


class Batch:
    """One request of an exporter: a run of its own, whose spans have names of their own."""

    def __init__(self, name: str, *, native: bool) -> None:
        self.name = name
        self.native = native
        self.path, self.kind = (EVENTS, "application/json") if native else (TRACES, PROTOBUF)
        self.body = self._events() if native else self._spans()

    @property
    def names(self) -> list[str]:
        return [f"{self.name}.{number}" for number in range(SPANS)]

    def _spans(self) -> bytes:
        trace = Trace()
        for number, name in enumerate(self.names):
            call = {"operation": "chat", "provider": "openai", "model": "gpt-4o"}
            trace.span(name, after=number / 10, tokens_in=10, **call)
        return trace.body()

    def _events(self) -> bytes:
        now = datetime.now(UTC).isoformat()
        events = [
            {
                "event_id": name,
                "event_type": "ToolCall",
                "timestamp": now,
                "instance_id": "drill",
                "payload": {"run_id": self.name, "tool_name": name},
            }
            for name in self.names
        ]
        return json.dumps({"events": events}).encode()


class Sender:
    """Whoever may send, and where to."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token

    def send(self, batch: Batch, patience: float = 10) -> tuple[int, dict[str, str]]:
        """Return how a batch was answered, with the headers; no whole answer is status 0."""
        headers = {"Content-Type": batch.kind, "Authorization": f"Bearer {self.token}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request("POST", batch.path, batch.body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}
        except (OSError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()


class Exporter(threading.Thread):
    """Sends batch after batch, each again until it is taken; what was taken is noted first."""

    def __init__(self, world: World, token: str, number: int, *, pause: float = 0.02) -> None:
        super().__init__(daemon=True)
        self.world = world
        self.sender = Sender(world.port, token)
        self.number = number
        self.pause = pause
        self.told_to_stop = threading.Event()
        self.answers: Counter[int] = Counter()
        self.taken = 0
        self.headers: dict[int, dict[str, str]] = {}

    def run(self) -> None:
        made = 0
        while not self.told_to_stop.is_set():
            self._deliver(Batch(f"e{self.number}-{made}", native=bool(made % 2)))
            made += 1

    def _deliver(self, batch: Batch) -> None:
        while not self.told_to_stop.wait(self.pause):
            status, headers = self.sender.send(batch)
            self.answers[status] += 1
            self.headers[status] = headers
            if status == TAKEN:
                for name in batch.names:
                    self.world.written.note(name)
                self.taken += 1
                return


def start_exporters(
    world: World, token: str, number: int, *, pause: float = 0.02
) -> list[Exporter]:
    exporters = [Exporter(world, token, each, pause=pause) for each in range(number)]
    for exporter in exporters:
        exporter.start()
    return exporters


def taken(exporters: Iterable[Exporter]) -> int:
    return sum(exporter.taken for exporter in exporters)


def stop_exporters(exporters: Iterable[Exporter]) -> Counter[int]:
    """Stop them and return how often each status was answered."""
    for exporter in exporters:
        exporter.told_to_stop.set()
    answers: Counter[int] = Counter()
    for exporter in exporters:
        exporter.join(30)
        assert not exporter.is_alive()
        answers += exporter.answers
    return answers


def judge_kept(world: World) -> None:
    """Everything acknowledged stands there, nothing stands there twice, and all sums are right."""
    stored = dict(world.cluster.rows(STORED))
    missing = set(world.written.count()) - set(stored)
    assert not missing, f"{len(missing)} acknowledged but not kept, such as {min(missing)}"
    assert set(stored.values()) <= {1}, "kept twice"
    assert world.cluster.rows(WRONG_RUNS) == []
    assert world.cluster.rows(USED) == world.cluster.rows(CALLED)


def whole_batches(cluster: Cluster) -> bool:
    """Tell whether each run has all its spans or none: no batch was kept in part."""
    counts: list[tuple[Any]] = cluster.rows("SELECT DISTINCT spans FROM telemetry_run")
    return {count for (count,) in counts} <= {SPANS}
