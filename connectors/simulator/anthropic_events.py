"""What happened in a session, as Anthropic's events."""

from connectors.simulator import ids
from connectors.simulator.activity import NOTHING
from connectors.simulator.changes import Json
from connectors.simulator.clock import rfc3339
from connectors.simulator.sessions import Outcome, Session, Turn
from connectors.simulator.world import World

_PREFIX = "sevt_01"
_PAIRS = 0x800000
_ERRORS = (
    ("model_overloaded_error", "The model is overloaded."),
    ("model_rate_limited_error", "The model's rate limit was reached."),
    ("model_request_failed_error", "The request to the model failed."),
    ("unknown_error", "An unexpected error ended the turn."),
)
_KINDS = {"system": "system.message", "interrupt": "user.interrupt"}
Timed = tuple[int, Json]


def events(world: World, session: Session, turns: list[Turn], now: int) -> list[Timed]:
    """Every event so far, oldest first, each with its time."""
    found: list[Timed] = []
    for turn in turns:
        found += _turn(session, turn)
    found += _sent(world, session)
    found.sort(key=lambda event: event[0])
    return [
        (at, _numbered(world, session, number, {**event, "processed_at": rfc3339(at)}))
        for number, (at, event) in enumerate(found)
        if at <= now
    ]


def _turn(session: Session, turn: Turn) -> list[Timed]:
    start, middle, end = turn.start, (turn.start + turn.end) // 2, turn.end
    exchange = turn.exchange
    steps: list[Timed] = [
        (start, {"type": "session.status_running"}),
        (start, {"type": "user.message", "content": _blocks(exchange.question)}),
        (start, {"type": "span.model_request_start", "turn": turn.number}),
    ]
    if exchange.arguments:
        steps += _tool(session, turn, middle)
    if turn.outcome is Outcome.RUNNING:
        return steps
    failed = turn.outcome is Outcome.FAILED
    if turn.outcome is Outcome.COMPLETED:
        steps.append((end, {"type": "agent.message", "content": _blocks(exchange.answer)}))
    steps.append((end, _span_end(turn, failed=failed)))
    if failed:
        code, message = _ERRORS[turn.fault % len(_ERRORS)]
        if session.worker.dead_from is not None and turn.start >= session.worker.dead_from:
            code, message = "model_request_failed_error", f"{session.model} has been retired."
        error = {"type": code, "message": message, "retry_status": {"type": "exhausted"}}
        steps.append((end, {"type": "session.error", "error": error}))
    reason = "retries_exhausted" if failed else "end_turn"
    idle = {"type": "session.status_idle", "stop_reason": {"type": reason}, "stop_details": None}
    return [*steps, (end, idle)]


def _tool(session: Session, turn: Turn, at: int) -> list[Timed]:
    """Use the customer's own tool in even turns, a built-in one in odd turns."""
    failed = turn.outcome is Outcome.FAILED
    own = turn.number % 2 == 0
    use = {
        "type": "agent.custom_tool_use" if own else "agent.tool_use",
        "name": session.worker.role.topic.tool if own else "grep",
        "input": dict(turn.exchange.arguments),
        "turn": turn.number,
    }
    result = {
        "type": "user.custom_tool_result" if own else "agent.tool_result",
        "turn": turn.number,
        "is_error": failed,
        "content": _blocks("the tool did not answer in time" if failed else turn.exchange.result),
    }
    return [(at, {"type": "agent.thinking"}), (at, use), (at, result)]


def _span_end(turn: Turn, *, failed: bool) -> Json:
    tokens = turn.tokens or NOTHING
    return {
        "type": "span.model_request_end",
        "turn": turn.number,
        "is_error": failed,
        "model_usage": {
            "input_tokens": tokens.uncached,
            "output_tokens": tokens.output,
            "cache_read_input_tokens": tokens.cached,
            "cache_creation_input_tokens": tokens.cache_write,
            "speed": "standard",
        },
    }


def _sent(world: World, session: Session) -> list[Timed]:
    """List what callers sent, apart from user messages: those make turns."""
    return [
        (at, {"type": _KINDS[kind], **({"content": _blocks(text)} if kind == "system" else {})})
        for at, kind, text in world.changes.said.get(session.id, ())
        if kind in _KINDS
    ]


def _numbered(world: World, session: Session, number: int, event: Json) -> Json:
    """Give the event its id, and point to the event that began what it ends."""
    first = _PAIRS + 2 * int(event.pop("turn", 0))
    model, tool = _id(world, session, first), _id(world, session, first + 1)
    own = _id(world, session, number)
    named: dict[str, Json] = {
        "span.model_request_start": {"id": model},
        "span.model_request_end": {"id": own, "model_request_start_id": model},
        "agent.custom_tool_use": {"id": tool},
        "agent.tool_use": {"id": tool},
        "user.custom_tool_result": {"id": own, "custom_tool_use_id": tool},
        "agent.tool_result": {"id": own, "tool_use_id": tool},
    }
    return {**named.get(event["type"], {"id": own}), **event}


def _id(world: World, session: Session, number: int) -> str:
    return ids.mint(_PREFIX, world.seed, session.worker.index, session.slot, number)


def _blocks(text: str) -> list[Json]:
    return [{"type": "text", "text": text}]
