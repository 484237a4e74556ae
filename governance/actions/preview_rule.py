"""Try a rule before it is kept."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.permissions import require
from governance.actions.create_rule import drafted, refuse_pointless, settle
from governance.actions.evaluate_rule import observe_subjects, seen_sentence
from governance.judging import Verdict
from governance.models import AlertRule

SHOWN = 10
UNNAMED = "A rule without a name yet"


@dataclass(frozen=True, slots=True)
class Case:
    """One subject that an alert would be about."""

    subject_type: str
    subject_id: UUID | None
    subject_label: str
    message: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would do now: of how many subjects it knows, and about how many it would tell.

    `cases` are the first of the `firing` ones; of `unknown` subjects nothing was measured lately.
    """

    sentence: str
    firing: int
    known: int
    unknown: int
    cases: tuple[Case, ...]


def preview_rule(rule: AlertRule | None = None, **values: Any) -> Preview:
    """Say about what a rule would open alerts now; nothing is kept and nobody is told.

    `rule` is the one being changed, if any. Raises InvalidInput as saving would.
    """
    require("alerts.write")
    draft = _draft(rule, values)
    settle(draft)
    refuse_pointless(draft)
    seen = [*observe_subjects(draft, timezone.now()).values()]
    bad = [one for one in seen if one.verdict == Verdict.BAD]
    unknown = sum(one.verdict == Verdict.UNKNOWN for one in seen)
    cases = (
        Case(
            one.reading.subject_type,
            one.reading.subject_id,
            one.reading.subject_label,
            seen_sentence(draft, one),
        )
        for one in sorted(bad, key=lambda one: one.reading.subject_label)[:SHOWN]
    )
    return Preview(draft.sentence, len(bad), len(seen) - unknown, unknown, tuple(cases))


def _draft(rule: AlertRule | None, values: dict[str, Any]) -> AlertRule:
    named = {**values, "name": values.get("name") or (rule.name if rule else UNNAMED)}
    draft = drafted(**named)
    if rule is not None:
        draft.pk = rule.pk
    return draft
