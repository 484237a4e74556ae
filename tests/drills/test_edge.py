"""The edge acknowledges only what is kept, says when it cannot, and ends without losing any."""

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.drills.cluster import Cluster
from tests.drills.world import World, eventually
from tests.telemetry.senders import PROTOBUF, event, work

EVENTS, TRACES = "/api/v1/telemetry/events", "/v1/traces"
SENDERS = 6


def served(world: World) -> World:
    world.start("edge-1")
    world.wait_until_serving()
    return world


def post(world: World, path: str, token: str, body: bytes, kind: str) -> tuple[int, Any, bytes]:
    """Send one request; no answer is status 0."""
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=40)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, {}, b""
    finally:
        connection.close()


class Senders:
    """Exporters that send events one by one, and note which were acknowledged."""

    def __init__(self, world: World, token: str) -> None:
        self.world, self.token = world, token
        self.sent: list[str] = []
        self.refused: list[tuple[int, Any]] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while not self._over.is_set():
            run = uuid4().hex
            body = json.dumps({"events": [event("RunStart", run)]}).encode()
            status, headers, _ = post(self.world, EVENTS, self.token, body, "application/json")
            if status == 200:
                self.sent.append(run)
            else:
                self.refused.append((status, headers))
                self._over.wait(0.2)

    def have(self, number: int) -> Callable[[], bool]:
        before = len(self.sent)
        return lambda: len(self.sent) >= before + number


def kept(world: World, sent: list[str]) -> int:
    query = "SELECT count(*), coalesce(sum(spans), 0) FROM telemetry_run WHERE trace_id = ANY(%s)"
    runs, spans = world.cluster.rows(query, sent)[0]
    assert runs == spans
    return int(runs)


def test_what_is_acknowledged_is_kept_through_a_dead_database_and_a_farewell(
    own_cluster: Cluster, make_world: Any
) -> None:
    world = make_world(own_cluster)
    with world.cluster.aimed_at():
        token = world.house.key()
    served(world)
    with Senders(world, token) as senders:
        eventually(senders.have(50), what="events are taken in")
        world.kill_postgres()
        eventually(lambda: any(s == 503 for s, _ in senders.refused), what="the edge says so")
        assert all(h["Retry-After"] for s, h in senders.refused if s == 503)
        assert own_cluster.server is not None
        own_cluster.server.ensure_running()
        eventually(senders.have(50), what="events are taken in again")
        world.hit("edge-1", 15)
        eventually(lambda: any(s == 0 for s, _ in senders.refused), what="the edge has ended")
        eventually(senders.have(50), what="another one takes events in")
    assert kept(world, senders.sent) == len(senders.sent)


def test_a_key_that_is_revoked_elsewhere_ends_here(world: World) -> None:
    with world.cluster.aimed_at():
        token = world.house.key()
    served(world)
    body = work().body()
    assert post(world, TRACES, token, body, PROTOBUF)[0] == 200
    world.cluster.execute("UPDATE accounts_apikey SET expires_at = now() - interval '1 day'")
    eventually(
        lambda: post(world, TRACES, token, body, PROTOBUF)[0] == 401, what="the key ends here"
    )


def test_the_edge_answers_for_telemetry_alone(world: World) -> None:
    with world.cluster.aimed_at():
        token = world.house.key()
    served(world)
    assert world.ask("GET", "/api/health")[0] == 200
    assert world.ask("GET", "/studio/")[0] == 404
    assert world.ask("GET", "/api/v1/agents", token=token)[0] == 404
    assert world.ask("GET", EVENTS, token=token)[0] == 405
    assert world.ask("POST", EVENTS, {"events": []})[0] == 401
    assert post(world, "/v1/metrics", token, b"", PROTOBUF)[0] == 200
    assert post(world, TRACES, token, b"", "text/plain")[0] == 415


def test_a_request_that_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    with world.cluster.aimed_at():
        token = world.house.key()
    served(world)
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=40)
    connection.putrequest("POST", EVENTS)
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    pieces = (b" " * 2**20 for _ in range(20))
    chunked = http.client.HTTPConnection("127.0.0.1", world.port, timeout=40)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        chunked.request("POST", EVENTS, pieces, headers, encode_chunked=True)
        assert chunked.getresponse().status == 413
    except ConnectionError:
        pass  # it hung up before all of it was sent
    finally:
        chunked.close()


def test_who_sends_without_end_and_without_a_key_takes_nobodys_room(world: World) -> None:
    with world.cluster.aimed_at():
        token = world.house.key()
    served(world)
    slow = [http.client.HTTPConnection("127.0.0.1", world.port, timeout=40) for _ in range(20)]
    for number, connection in enumerate(slow):
        connection.putrequest("POST", TRACES)
        connection.putheader("Authorization", f"Bearer {number}")
        connection.putheader("Content-Type", PROTOBUF)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(b"1\r\n \r\n")
    assert world.ask("GET", "/api/health")[0] == 200
    assert post(world, TRACES, token, b"", PROTOBUF)[0] == 200
    for connection in slow:
        connection.close()
