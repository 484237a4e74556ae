"""A model at an endpoint of OpenAI's dialect, on loopback, that answers what a test tells it to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from memory.actions.set_learning import set_learning
from memory.models import LearningSetting
from tests.cast import House

EMPTY: dict[str, Any] = {
    "facts": [],
    "preferences": [],
    "core": [],
    "associations": [],
    "intent": {"text": "", "confidence": 0},
    "summary": {"text": "", "key_entities": []},
}
Answering = Callable[[dict[str, Any]], Any]


class Endpoint:
    """`answer` is given each request's body and returns text, JSON to be written, or a status."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Answering = lambda _body: EMPTY
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                endpoint.asked.append(body)
                told = endpoint.answer(body)
                status = told if isinstance(told, int) else 200
                text = told if isinstance(told, str) else json.dumps(told)
                out = json.dumps(_completion(body, text) if status == 200 else {"error": {}})
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(out)))
                self.end_headers()
                self.wfile.write(out.encode())

            def log_message(self, *_told: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def said(self, number: int = -1) -> str:
        """Return all that the model was told in a request."""
        return "\n".join(each["content"] for each in self.asked[number]["messages"])


def _completion(body: dict[str, Any], text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "c-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100},
    }


@contextmanager
def serving() -> Iterator[Endpoint]:
    """Serve such a model for the block."""
    endpoint = Endpoint()
    try:
        yield endpoint
    finally:
        endpoint.server.shutdown()
        endpoint.server.server_close()


def learning(house: House, endpoint: Endpoint, **said: Any) -> LearningSetting:
    """Let the house learn by this endpoint."""
    house.open_hosts(*{*house.organization.allowed_hosts, endpoint.host})
    told = {"model": "gpt-4o-mini", "base_url": f"http://{endpoint.host}/v1", **said}
    with house.inside():
        return set_learning(key="sk-of-a-test-0123456789", **told)
