"""A receiver of webhooks that breaks off calls, or takes the worker down that makes them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.drills.world import World, kill_all
from tests.governance.receivers import serving

# The lease of a dead worker is minutes: the drills skip them.
LEASE_IS_OVER = (
    "UPDATE jobs_job SET lease_until = clock_timestamp()"
    " WHERE kind = '{}' AND state IN ('queued', 'running')"
)


@dataclass
class FailingReceiver:
    """`breaks_off` and `kills` say how many of the next calls fare badly; `kind` is the job."""

    world: World
    kind: str
    host: str = ""
    breaks_off: int = 0
    kills: int = 0
    killed: int = 0

    def is_meant(self, body: dict[str, Any]) -> bool:
        """Say whether the drill is about this call; others are taken and not noted."""
        return True

    def note(self, identity: str, body: dict[str, Any]) -> None:
        """Note what was taken, under its webhook-id."""
        raise NotImplementedError

    def receive(self, identity: str, body: dict[str, Any]) -> bool:
        """Take a call, unless this receiver breaks off, and tell whether to answer."""
        if not self.is_meant(body):
            return True
        if self.breaks_off:
            self.breaks_off -= 1
            return False
        self.note(identity, body)
        if self.kills:
            self.kills -= 1
            self.killed += 1
            kill_all([self.world.pid("worker-1")])
            self.world.cluster.execute(LEASE_IS_OVER.format(self.kind))
            return False
        return True


@contextmanager
def listening(state: FailingReceiver) -> Iterator[None]:
    """Let the receiver listen on loopback, at its `host`, for the block."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if state.receive(self.headers["webhook-id"], body):
                self.send_response(204)
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as server:
        state.host = f"127.0.0.1:{server.server_address[1]}"
        yield
