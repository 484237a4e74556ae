"""What real clients sent, as they sent it (see captured/README.md)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armproject.lib.parsing import bounded_gunzip
from telemetry.otlp import read_traces
from telemetry.records import MessageRecord, SpanRecord

FOLDER = Path(__file__).parent / "captured"
CLIENTS = sorted(each.name for each in FOLDER.iterdir() if each.is_dir())
LARGEST = 16 * 2**20
AFTER_ALL_NS = 4_102_444_800 * 10**9  # 2100: whenever the clients are recorded, it was before


@dataclass(frozen=True)
class Request:
    """One request of a client; `body` is unpacked, `head` its path and some of its headers."""

    head: dict[str, Any]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.head["content-type"]


def requests(client: str, path: str = "traces") -> list[Request]:
    found = []
    for head_file in sorted((FOLDER / client).glob("*.json")):
        head = json.loads(head_file.read_text())
        body = head_file.with_suffix(".body").read_bytes()
        if head.get("content-encoding") == "gzip":
            body = bounded_gunzip(body, LARGEST)
        if head["path"].endswith(path):
            found.append(Request(head, body))
    return found


def read(request: Request) -> list[SpanRecord]:
    kept, rejected = read_traces(request.body, request.content_type, now_ns=AFTER_ALL_NS)
    assert rejected == []
    return kept


def records(client: str) -> list[SpanRecord]:
    return [record for request in requests(client) for record in read(request)]


def tree(found: list[SpanRecord]) -> list[str]:
    """Return a picture of runs: `kind name`, indented by depth, each run from its root."""
    lines: list[str] = []

    def walk(parent: str, depth: int) -> None:
        below = [each for each in found if each.parent_id == parent]
        for each in sorted(below, key=lambda each: each.started_ns):
            what = each.agent_name if each.kind == "agent" else each.tool_name or each.model
            lines.append("  " * depth + f"{each.kind} {what}".rstrip())
            walk(each.span_id, depth + 1)

    walk("", 0)
    return lines


def said(messages: list[MessageRecord]) -> list[tuple[str, Any]]:
    """Return who said what: text, the arguments of a call, or what a tool answered."""
    keys = {"text": "content", "tool_call": "arguments", "tool_call_response": "response"}
    return [
        (message.role, part[keys[part["type"]]]) for message in messages for part in message.parts
    ]
