"""Take in scores as the Langfuse SDK sends them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import InvalidInput, TooLarge
from armproject.lib.parsing import MEBIBYTE, parse_json
from telemetry.actions.give_feedback import give_feedback
from telemetry.identity import signed

MOST = 1_000
LONGEST_COMMENT, LONGEST_NAME = 4_000, 100
TRACE, STEP = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")
# Values of these are prose; those of the others are a number, or the word for one.
PROSE = frozenset({"TEXT", "CORRECTION"})
NO_TRACE = "Say which traceId it is about, in 32 hex digits; scores of sessions are not kept."


class Score(msgspec.Struct, rename="camel"):
    """One score as it is sent; what else it tells is not kept."""

    name: str
    value: bool | float | str
    id: str | None = None
    trace_id: str | None = None
    observation_id: str | None = None
    data_type: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """The ids of the scores that are kept, and a sentence for each that cannot be."""

    kept: Sequence[str]
    refused: Sequence[str]
    is_one: bool


def receive_scores(body: bytes) -> Scored:
    """Keep scores as feedback on the runs they are about; the same score again changes nothing.

    A body is a list of scores, or one alone as older SDKs send it. Each is kept or refused by
    itself.
    """
    require("feedback.write")
    told = parse_json(body, max_bytes=MEBIBYTE)
    scores = told if isinstance(told, list) else [told]
    if len(scores) > MOST:
        raise TooLarge(f"Send at most {MOST:,} scores at a time.")
    kept, refused = [], []
    for score in scores:
        try:
            kept.append(_keep(score))
        except InvalidInput as problem:
            refused.append(problem.message)
    return Scored(kept, refused, is_one=not isinstance(told, list))


def _keep(told: Any) -> str:
    try:
        score = msgspec.convert(told, Score)
    except msgspec.ValidationError as problem:
        raise InvalidInput(f"This is no score: {problem}.") from None
    trace, step = (score.trace_id or "").lower(), (score.observation_id or "").lower()
    if not TRACE.fullmatch(trace):
        raise InvalidInput(NO_TRACE)
    word = score.value if isinstance(score.value, str) else ""
    comment = score.comment or ""
    if score.data_type in PROSE:
        word, comment = "", "\n\n".join(filter(None, (word, comment)))
    with fenced():
        given = give_feedback(
            feedback_id=score.id or "",
            trace_id=UUID(trace),
            span_id=signed(step) if STEP.fullmatch(step) else None,
            tag=score.name[:LONGEST_NAME],
            label=word[: 2 * LONGEST_NAME],
            score=None if isinstance(score.value, str) else float(score.value),
            comment=comment[:LONGEST_COMMENT],
        )
    return score.id or str(given.feedback.pk)
