"""Two servers on loopback: one keeps what clients send, one answers like two model vendors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

KEPT_HEADERS = (
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "user-agent",
    "x-langfuse-ingestion-version",
)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Yield the address of a server on loopback that lives as long as the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def body(self) -> bytes:
        if length := self.headers.get("content-length"):
            return self.rfile.read(int(length))
        return b"".join(iter(self.chunk, b""))

    def chunk(self) -> bytes:
        piece = self.rfile.read(int(self.rfile.readline(), 16))
        self.rfile.readline()
        return piece

    def answer(self, status: int, content: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def receiver(folder: Path) -> type[Quiet]:
    """Return a handler that keeps each request in `folder`: `NN.body` as sent, and `NN.json`."""

    class Receiver(Quiet):
        count: ClassVar[int] = 0

        def do_POST(self) -> None:
            body = self.body()
            name = f"{Receiver.count:02}"
            Receiver.count += 1
            head = {"path": self.path}
            head |= {key: self.headers[key] for key in KEPT_HEADERS if key in self.headers}
            (folder / f"{name}.json").write_text(json.dumps(head, indent=2) + "\n")
            (folder / f"{name}.body").write_bytes(body)
            is_json = "json" in self.headers["content-type"]
            self.answer(200, b"{}" if is_json else b"", self.headers["content-type"])

    return Receiver


class Models(Quiet):
    """Answers like OpenAI and Anthropic: calls the first tool once, then says where the order is.

    A prompt that holds the word "overload" is refused with 429.
    """

    def do_POST(self) -> None:
        asked = json.loads(self.body())
        if "overload" in json.dumps(asked):
            error = {"type": "rate_limit_error", "message": "Slow down.", "code": "rate_limit"}
            return self.answer(429, json.dumps({"type": "error", "error": error}).encode())
        if asked.get("stream"):
            return self.answer(200, streamed_chat(asked), "text/event-stream")
        paths = {
            "messages": anthropic_message,
            "completions": chat,
            "responses": response,
            "embeddings": embedding,
        }
        made = paths[self.path.split("?")[0].rsplit("/", 1)[1]](asked)
        return self.answer(200, json.dumps(made).encode())


ANSWER = "Order 7 is on its way."


def tool_of(asked: dict[str, Any]) -> str | None:
    """Return the name of the first tool, unless it has already answered."""
    if "tool_result" in (told := json.dumps(asked)) or '"role": "tool"' in told:
        return None
    if "function_call_output" in told or not asked.get("tools"):
        return None
    tool = asked["tools"][0]
    return tool.get("name") or tool["function"]["name"]


def chat(asked: dict[str, Any]) -> dict[str, Any]:
    tool = tool_of(asked)
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": tool, "arguments": '{"order": 7}'},
    }
    message = {"role": "assistant", "content": None if tool else ANSWER}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-5.2-2026-01-15",
        "choices": [
            {
                "index": 0,
                "message": message | ({"tool_calls": [call]} if tool else {}),
                "finish_reason": "tool_calls" if tool else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 22,
            "completion_tokens": 9,
            "total_tokens": 31,
            "prompt_tokens_details": {"cached_tokens": 7},
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
    }


def streamed_chat(asked: dict[str, Any]) -> bytes:
    whole = chat(asked)
    head = {key: whole[key] for key in ("id", "created", "model")}
    head["object"] = "chat.completion.chunk"
    choice = whole["choices"][0]
    if calls := choice["message"].get("tool_calls"):
        deltas = [{"role": "assistant", "tool_calls": [{"index": 0, **calls[0]}]}, {}]
    else:
        deltas = [{"role": "assistant", "content": "Order 7 "}, {"content": "is on its way."}]
    reasons = (None, choice["finish_reason"])
    pieces = [
        {"index": 0, "delta": delta, "finish_reason": reason}
        for delta, reason in zip(deltas, reasons, strict=True)
    ]
    chunks = [head | {"choices": [piece]} for piece in pieces]
    chunks.append(head | {"choices": [], "usage": whole["usage"]})
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


def response(asked: dict[str, Any]) -> dict[str, Any]:
    tool = tool_of(asked)
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": tool,
        "arguments": '{"order": 7}',
        "status": "completed",
    }
    words = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": ANSWER, "annotations": []}],
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1790000000,
        "status": "completed",
        "model": "gpt-5.2-2026-01-15",
        "output": [call if tool else words],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 22,
            "output_tokens": 9,
            "total_tokens": 31,
            "input_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 4},
        },
    }


def embedding(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "list",
        "model": asked["model"],
        "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
        "usage": {"prompt_tokens": 5, "total_tokens": 5},
    }


def anthropic_message(asked: dict[str, Any]) -> dict[str, Any]:
    tool = tool_of(asked)
    call = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": {"order": 7}}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5",
        "content": [call if tool else {"type": "text", "text": ANSWER}],
        "stop_reason": "tool_use" if tool else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 12,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 7,
            "output_tokens": 9,
        },
    }
