"""What was said and done in a turn, as OpenAI's items, and how its turns fail."""

from connectors.simulator.changes import Json
from connectors.simulator.sessions import Outcome, Session, Turn

ERRORS = (
    ("rate_limit_exceeded", "The request exceeds the available rate limit."),
    ("server_overloaded", "The model service is temporarily overloaded."),
    ("connection_failed", "The request could not connect to the model service."),
    ("request_timeout", "The request timed out before the model service responded."),
    ("context_length_exceeded", "The request exceeds the model's context window."),
)


def turn_id(session: Session, turn: Turn) -> str:
    return f"turn_{session.id.partition('_')[2]}{turn.number:02d}"


def items(session: Session, turn: Turn) -> list[Json]:
    """List the steps of one turn in the order in which they happened."""
    exchange = turn.exchange
    steps: list[Json] = [
        {
            "type": "message",
            "role": "user",
            "phase": None,
            "status": "completed",
            "content": [{"type": "input_text", "text": exchange.question}],
        }
    ]
    if exchange.arguments:
        steps += _tool(session, turn)
    if turn.outcome is Outcome.COMPLETED:
        steps.append(
            {
                "type": "message",
                "role": "assistant",
                "phase": "final_answer",
                "status": "completed",
                "content": [{"type": "output_text", "text": exchange.answer}],
            }
        )
    owner = turn_id(session, turn)
    return [
        {"id": f"item_{owner[5:]}{number:02d}", "turn_id": owner, **step}
        for number, step in enumerate(steps)
    ]


def _tool(session: Session, turn: Turn) -> list[Json]:
    call_id = f"call_{turn_id(session, turn)[5:]}"
    failed = turn.outcome is Outcome.FAILED
    return [
        {
            "type": "reasoning",
            "status": "completed",
            "summary": [{"type": "summary_text", "text": "I need to look this up first."}],
        },
        {
            "type": "function_call",
            "call_id": call_id,
            "name": session.worker.role.topic.tool,
            "arguments": dict(turn.exchange.arguments),
            "status": "completed",
        },
        {
            "type": "function_call_output",
            "call_id": call_id,
            "output": None if failed else turn.exchange.result,
            "error": "the tool did not answer in time" if failed else None,
            "status": "failed" if failed else "completed",
        },
    ]
