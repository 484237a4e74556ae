"""Texts become vectors: on this machine, or at an endpoint that speaks OpenAI's dialect."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from memory.embedding import EmbeddingFailed, LocalEmbedder, RemoteEmbedder, wire
from memory.embedding.chunking import LONGEST_WHOLE, count_tokens, parts_of

KEY = "sk-embedding-canary-1"


class Endpoint:
    """A server that embeds: as many dimensions as it is told, and a memory of what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.status = 200
        self.dimension = 8
        self.shuffled = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/v1"

    def answer(self, handler: Any) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append((handler.path, handler.headers["Authorization"], body))
        rows = [
            {"object": "embedding", "index": place, "embedding": self.vector(text)}
            for place, text in enumerate(body["input"])
        ]
        if self.shuffled:
            rows.reverse()
        told = {"object": "list", "data": rows, "model": body["model"]}
        told["usage"] = {"prompt_tokens": 5, "total_tokens": 5 * len(rows)}
        sent = json.dumps(told if self.status == 200 else {"error": {"message": KEY}}).encode()
        handler.send_response(self.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        handler.wfile.write(sent)

    def vector(self, text: str) -> list[float]:
        """Return a vector in which each letter has its place."""
        found = [0.01] * self.dimension
        for letter in text.lower():
            found[ord(letter) % self.dimension] += 1.0
        return found


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    served = Endpoint()
    yield served
    served.server.shutdown()


def embedder(endpoint: Endpoint, **options: Any) -> RemoteEmbedder:
    reach = Reach(frozenset({endpoint.host}))
    return RemoteEmbedder(endpoint.url, "small", Secret(KEY), reach, **options)


def test_likeness_of_the_local_model_follows_what_is_said() -> None:
    texts = ["The user drinks green tea", "Invoices are due in May", "What does the user drink?"]
    found = LocalEmbedder().embed(texts)
    rows = wire.unpack(found.vectors)
    assert (found.dimension, rows.shape) == (256, (3, 256))
    assert rows[0] @ rows[2] > rows[1] @ rows[2]
    assert abs(float(rows[0] @ rows[0]) - 1) < 0.01


def test_a_text_without_words_has_a_vector_that_is_like_nothing() -> None:
    rows = wire.unpack(LocalEmbedder().embed([""]).vectors)
    assert not rows.any()


def test_an_endpoint_embeds_in_batches_and_in_order(endpoint: Endpoint) -> None:
    endpoint.shuffled = True
    texts = [f"{'x' * (number % 7)} number {number}" for number in range(200)]
    found = embedder(endpoint).embed(texts)
    assert (len(found.vectors), found.dimension, found.tokens) == (200, 8, 1000)
    assert [len(body["input"]) for _, _, body in endpoint.asked] == [96, 96, 8]
    assert endpoint.asked[0][:2] == ("/v1/embeddings", f"Bearer {KEY}")
    assert found.vectors == wire.pack([endpoint.vector(text) for text in texts])


def test_shorter_vectors_are_asked_for(endpoint: Endpoint) -> None:
    embedder(endpoint, dimensions=4).embed(["x"])
    assert endpoint.asked[0][2]["dimensions"] == 4


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_refusal_is_told_without_what_the_endpoint_said(endpoint: Endpoint, status: int) -> None:
    endpoint.status = status
    with pytest.raises(EmbeddingFailed) as failed:
        embedder(endpoint, deadline=2.0).embed(["x"])
    assert str(status) in failed.value.message
    assert KEY not in failed.value.message


def test_a_host_that_is_not_allowed_is_not_called(endpoint: Endpoint) -> None:
    closed = RemoteEmbedder(endpoint.url, "small", Secret(KEY), Reach())
    with pytest.raises(EmbeddingFailed, match="may not call this address"):
        closed.embed(["x"])
    assert endpoint.asked == []


def test_a_long_text_is_cut_into_parts_that_make_it_whole() -> None:
    text = "\n\n".join(
        f"Paragraph {n}. " + "It tells of tea and of trade. " * 12 for n in range(40)
    )
    (total,) = count_tokens([text])
    parts = parts_of(text)
    assert total > LONGEST_WHOLE
    assert len(parts) > 5
    assert all(text[part.start : part.start + len(part.text)] == part.text for part in parts)
    assert all(0 < part.tokens <= 500 for part in parts)
    kept = "".join(part.text for part in parts)
    assert kept.replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")
