"""Ask the model that decides what is remembered."""

import time
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import Conflict, DomainError
from armproject.lib.http import Reach
from memory.actions.book_call import book_call
from memory.endpoint import EndpointFailed
from memory.learning.answers import Unreadable
from memory.learning.asking import Answer, Model, ask
from memory.learning.prompts import Question
from memory.models import LearningDay, LearningSetting


class BudgetSpent(DomainError):
    """What the model may be used for today is used up."""

    status = 429
    code = "BUDGET_SPENT"


NO_MODEL = (
    "No model is set that decides what to remember, so nothing is guessed:"
    " name one under Learning, or write memories explicitly."
)
CALLS_SPENT = "Today's {number:,} calls are used up; learning goes on tomorrow (UTC)."
MONEY_SPENT = "Today's {amount} US dollars are spent; learning goes on tomorrow (UTC)."
UNREADABLE = "The model did not answer in the shape it was asked for."


def ask_model(setting: LearningSetting | None, question: Question) -> Mapping[str, Any]:
    """Ask the setting's model within its day's budget, and book what it took.

    Call it outside transactions: somebody outside is waited for. Raises Conflict without a model,
    BudgetSpent, EndpointFailed, and Unreadable for an answer of another shape.
    """
    require("memories.write")
    if setting is None or not setting.has_model:
        raise Conflict(NO_MODEL)
    with fenced():
        day = _reserve(setting)
        model = Model(
            setting.base_url,
            setting.model,
            setting.key,
            Reach(frozenset(setting.organization.allowed_hosts)),
        )
    began = time.monotonic()
    try:
        answer = ask(model, question)
    except EndpointFailed:
        _settle(setting, day, question, None, time.monotonic() - began)
        raise
    _settle(setting, day, question, answer, time.monotonic() - began)
    if answer.told is None:
        raise Unreadable(UNREADABLE)
    return answer.told


def _reserve(setting: LearningSetting) -> LearningDay:
    """Count the call before it is made; raises BudgetSpent where the day has none left."""
    today = timezone.now().date()
    LearningDay.objects.bulk_create(
        [LearningDay(setting=setting, day=today)], ignore_conflicts=True
    )
    rows = LearningDay.objects.of(setting, today)
    left = rows.filter(calls__lt=setting.daily_calls, cost__lt=setting.daily_cost)
    if not left.update(calls=F("calls") + 1):
        day = rows.get()
        if day.calls >= setting.daily_calls:
            raise BudgetSpent(CALLS_SPENT.format(number=setting.daily_calls))
        raise BudgetSpent(MONEY_SPENT.format(amount=f"{setting.daily_cost:.2f}"))
    return rows.get()


def _settle(
    setting: LearningSetting,
    day: LearningDay,
    question: Question,
    answer: Answer | None,
    took: float,
) -> None:
    with fenced():
        cost = book_call(
            base_url=setting.base_url,
            model=setting.model,
            purpose=question.purpose,
            input_tokens=answer.input_tokens if answer else 0,
            output_tokens=answer.output_tokens if answer else 0,
            took=took,
            failed=answer is None,
        )
        LearningDay.objects.filter(pk=day.pk).update(
            failed=F("failed") + int(answer is None),
            input_tokens=F("input_tokens") + (answer.input_tokens if answer else 0),
            output_tokens=F("output_tokens") + (answer.output_tokens if answer else 0),
            cost=F("cost") + (cost or 0),
            unpriced=F("unpriced") + int(cost is None and answer is not None),
        )
