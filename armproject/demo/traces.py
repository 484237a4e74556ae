"""What agents of the company's own code would export: traces as OTLP in JSON, made from a seed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from connectors.simulator.topics import LEGAL, SUPPORT, Exchange, Topic

SEED: Final = 7
RUNS: Final = 180
HOURS: Final = 47
RUNS_A_REQUEST: Final = 45
SECOND: Final = 1_000_000_000
FAILS_EVERY: Final = 14
DOWN: Final = ("ServiceUnavailable", "The order service answered 503 three times.")


@dataclass(frozen=True, slots=True)
class Reporter:
    """One agent that reports by itself; nobody registered it."""

    name: str
    service: str
    model: str
    topic: Topic


REPORTERS: Final = (
    Reporter("Parcel desk", "storefront", "gemini-2.5-flash", SUPPORT),
    Reporter("Clause finder", "legal-tools", "gemini-2.5-pro", LEGAL),
)


def requests(now_ns: int) -> Iterator[bytes]:
    """Yield the bodies of export requests about the last two days, the oldest runs first."""
    dice = Random(SEED)  # noqa: S311 - a demo that is the same each time
    starts = sorted(now_ns - int(dice.random() ** 1.4 * HOURS * 3600 * SECOND) for _ in range(RUNS))
    runs = [_run(dice, number, start - 60 * SECOND) for number, start in enumerate(starts)]
    for first in range(0, RUNS, RUNS_A_REQUEST):
        told = {"resourceSpans": runs[first : first + RUNS_A_REQUEST]}
        yield json.dumps(told).encode()


def _run(dice: Random, number: int, start: int) -> dict[str, Any]:
    """Return one run: the model asks for a tool, hears of it, and answers."""
    reporter = REPORTERS[dice.random() < 1 / 3]
    exchange = dice.choice(reporter.topic.exchanges)
    fails = number % FAILS_EVERY == FAILS_EVERY - 1
    trace, top = f"{dice.getrandbits(128):032x}", f"{dice.getrandbits(64):016x}"
    asked = _said("user", _text(exchange.question))
    called = _said("assistant", _call(reporter.topic.tool, exchange, number))
    steps, at = [], start + 5_000_000
    for kind in ("ask", "tool") if fails else ("ask", "tool", "answer"):
        took = int(dice.lognormvariate(0, 0.5) * (120_000_000 if kind == "tool" else 1_400_000_000))
        if kind == "tool":
            step = _tool(reporter.topic.tool, exchange, number, fails=fails)
        else:
            heard = [asked] if kind == "ask" else [asked, called, _result(exchange, number)]
            answer = called if kind == "ask" else _said("assistant", _text(exchange.answer))
            step = _chat(reporter, dice, heard, answer)
        steps.append(_span((trace, top, f"{dice.getrandbits(64):016x}"), at, took, step))
        at += took + 4_000_000
    head: dict[str, Any] = {
        "name": f"invoke_agent {reporter.name}",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": reporter.name,
        "gen_ai.conversation.id": f"visit-{number // 3:04}",
        "user.id": f"customer-{dice.randrange(1, 40):02}",
    }
    if fails:
        head["error.type"] = DOWN[0]
    steps.append(_span((trace, "", top), start, at - start, head))
    place = {"service.name": reporter.service, "deployment.environment.name": "production"}
    return {
        "resource": {"attributes": _attributes(place)},
        "scopeSpans": [{"scope": {"name": "storefront.agents"}, "spans": steps}],
    }


def _chat(reporter: Reporter, dice: Random, heard: list[Any], answer: Any) -> dict[str, Any]:
    return {
        "name": f"chat {reporter.model}",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": reporter.model,
        "gen_ai.usage.input_tokens": dice.randrange(700, 4_200),
        "gen_ai.usage.output_tokens": dice.randrange(40, 420),
        "gen_ai.system_instructions": json.dumps([_text(reporter.topic.instructions)]),
        "gen_ai.input.messages": json.dumps(heard),
        "gen_ai.output.messages": json.dumps([answer]),
    }


def _tool(tool: str, exchange: Exchange, number: int, *, fails: bool) -> dict[str, Any]:
    told = {
        "name": f"execute_tool {tool}",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "gen_ai.tool.call.id": f"call_{number}",
        "gen_ai.tool.call.arguments": json.dumps(exchange.arguments),
    }
    return told | (
        {"error.type": DOWN[0]} if fails else {"gen_ai.tool.call.result": exchange.result}
    )


def _span(ids: tuple[str, str, str], start: int, took: int, told: dict[str, Any]) -> dict[str, Any]:
    trace, parent, own = ids
    failed = {"status": {"code": 2, "message": DOWN[1]}} if "error.type" in told else {}
    return {
        "traceId": trace,
        "spanId": own,
        **({"parentSpanId": parent} if parent else {}),
        "name": told["name"],
        "kind": 1,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + took),
        "attributes": _attributes({key: told[key] for key in told if key != "name"}),
        **failed,
    }


def _attributes(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "value": {"intValue": value} if isinstance(value, int) else {"stringValue": value},
        }
        for key, value in told.items()
    ]


def _said(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


def _text(words: str) -> dict[str, Any]:
    return {"type": "text", "content": words}


def _call(tool: str, exchange: Exchange, number: int) -> dict[str, Any]:
    called = {"id": f"call_{number}", "name": tool, "arguments": exchange.arguments}
    return {"type": "tool_call", **called}


def _result(exchange: Exchange, number: int) -> dict[str, Any]:
    answered = {"id": f"call_{number}", "response": exchange.result}
    return _said("tool", {"type": "tool_call_response", **answered})
