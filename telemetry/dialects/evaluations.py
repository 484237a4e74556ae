"""Judgements of answers, told as events of a span or as its attributes."""

from telemetry.dialects.facts import Facts
from telemetry.dialects.reading import LONGEST_ERROR, number, short, text
from telemetry.dialects.told import Attributes, Told
from telemetry.records import EvaluationRecord, SpanRecord

EVENT = "gen_ai.evaluation.result"
_PREFIX = "gen_ai.evaluation."
MOST_EVALUATIONS = 100


def settle_evaluations(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read every judgement a span tells of."""
    told = [event.attributes for event in span.events if event.name == EVENT]
    if "EvaluationName" in facts.hints:
        told.append(span.attributes)
    record.evaluations = [_evaluation(each) for each in told[:MOST_EVALUATIONS]]


def _evaluation(told: Attributes) -> EvaluationRecord:
    return EvaluationRecord(
        name=short(told.get(f"{_PREFIX}name")),
        score=number(told.get(f"{_PREFIX}score.value")),
        label=short(told.get(f"{_PREFIX}score.label")),
        explanation=text(told.get(f"{_PREFIX}explanation"))[:LONGEST_ERROR],
    )
