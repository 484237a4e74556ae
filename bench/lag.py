"""How soon after it happened a run stands in the list, while events come at a steady pace."""

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from bench import cpu
from bench.load import Connection
from bench.sent import events
from bench.server import Served

SIZE, LINES, LOOKS = 100, 4, 40
EVENTS, RUNS = "/api/v1/telemetry/events", "/api/v1/runs"
PATIENCE = 30.0


@dataclass
class Seen:
    """What a watch showed: delays in seconds, memory of the edge in bytes, in even steps."""

    per_second: float = 0.0
    delays: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    def delay(self, share: float) -> float:
        return sorted(self.delays)[round((len(self.delays) - 1) * share)]


def watch(edge: Served, web: Served, key: str, *, pace: float, seconds: float) -> Seen:
    """Send this many events a second to the edge and look for single runs through the web."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    seen, sent, errors = Seen(), list[float](), list[Exception]()
    end = time.perf_counter() + seconds

    def send() -> None:
        try:
            line = Connection(edge.port, EVENTS, headers)
            due = time.perf_counter()
            while (now := time.perf_counter()) < end:
                time.sleep(max(due - now, 0))
                line.post(events(1, SIZE)[0])
                sent.append(time.perf_counter())
                due += SIZE * LINES / pace
        except Exception as error:  # noqa: BLE001 - told to the one who waits
            errors.append(error)

    threads = [threading.Thread(target=send) for _ in range(LINES)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for number in range(LOOKS):
        time.sleep(max(began + seconds / LOOKS * number - time.perf_counter(), 0))
        seen.delays.append(_until_seen(edge, web, headers))
        seen.memory.append(cpu.memory([edge.pid]))
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    seen.per_second = len(sent) * SIZE / (max(sent) - began)
    return seen


def _until_seen(edge: Served, web: Served, headers: dict[str, str]) -> float:
    """Tell of a run and return the seconds until the list of runs holds it."""
    run = uuid4()
    told = {
        "event_id": str(uuid4()),
        "event_type": "RunStart",
        "timestamp": datetime.now(UTC).isoformat(),
        "payload": {"run_id": run.hex},
    }
    began = time.perf_counter()
    Connection(edge.port, EVENTS, headers).post(json.dumps({"events": [told]}).encode())
    looking = Connection(web.port, f"{RUNS}?trace_id={run.hex}", headers)
    while time.perf_counter() - began < PATIENCE:
        if run.hex.encode() in looking.ask():
            return time.perf_counter() - began
    raise RuntimeError("a run that was acknowledged is not in the list")
