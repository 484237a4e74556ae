"""Content as it is kept: cut to size, as JSON, compressed."""

import zlib
from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

from telemetry.records import ExceptionRecord, MessageRecord, SpanRecord

LONGEST_TEXT = 64 * 2**10
LARGEST = 256 * 2**10
# What is neither text nor about tools (pictures, files) is named, not kept.
LONGEST_OTHER = 1_000
WRITTEN = frozenset({"text", "reasoning", "tool_call", "tool_call_response"})
DEEPEST = 32
LEFT_OUT = "left_out"
SPEED = 1


class Packed(msgspec.Struct, gc=False):
    """What was packed, and whether something of it was longer than is kept."""

    data: bytes
    is_cut: bool


class _Cutter:
    """Cuts texts in a JSON value, and remembers that it did."""

    def __init__(self) -> None:
        self.has_cut = False

    def cut(self, told: Any, longest: int, depth: int = 0) -> Any:
        if isinstance(told, str):
            return self._text(told, longest)
        if isinstance(told, dict | list) and depth >= DEEPEST:
            self.has_cut = True
            return None
        if isinstance(told, dict):
            return {
                str(key)[:LONGEST_OTHER]: self.cut(told[key], longest, depth + 1) for key in told
            }
        if isinstance(told, list):
            return [self.cut(each, longest, depth + 1) for each in told]
        return told

    def _text(self, told: str, longest: int) -> str:
        if len(told) <= longest:
            return told
        self.has_cut = True
        return f"{told[:longest]}…"


def pack_message(message: MessageRecord) -> Packed:
    """Return a message with each of its texts cut to 64 Ki characters, and all of it to 256 KiB."""
    cutter = _Cutter()
    parts: list[Any] = []
    room = LARGEST
    for part in message.parts:
        is_written = part.get("type") in WRITTEN
        kept = cutter.cut(part, LONGEST_TEXT if is_written else LONGEST_OTHER)
        room -= len(_json(kept))
        if room < 0:
            cutter.has_cut = True
            parts.append({"type": LEFT_OUT, "parts": len(message.parts) - len(parts)})
            break
        parts.append(kept)
    told = {"role": message.role, "parts": parts, "tool_call_id": message.tool_call_id}
    return Packed(_json(told), cutter.has_cut)


def pack_rest(record: SpanRecord) -> Packed | None:
    """Return what a step was given, gave back and failed with; None where nothing was told."""
    cutter = _Cutter()
    told = {
        "arguments": record.tool_arguments,
        "result": record.tool_result,
        "exceptions": _failures(record.exceptions),
    }
    told = {name: cutter.cut(value, LONGEST_TEXT) for name, value in told.items() if value}
    return Packed(_json(told), cutter.has_cut) if told else None


def compressed(data: bytes) -> bytes:
    return zlib.compress(data, SPEED)


def unpacked(data: bytes) -> dict[str, Any]:
    """Return what was packed and compressed."""
    found: dict[str, Any] = orjson.loads(zlib.decompress(data))
    return found


def _failures(told: Iterable[ExceptionRecord]) -> list[dict[str, str]]:
    return [
        {"type": each.type, "message": each.message, "stacktrace": each.stacktrace}
        for each in told
        if each.stacktrace or each.message
    ]


def _json(told: Any) -> bytes:
    return orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS, default=str)
