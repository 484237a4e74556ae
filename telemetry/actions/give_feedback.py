"""Say what one thought of what an agent did."""

from dataclasses import dataclass
from math import isfinite
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.fence import current_organization_id
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.errors import InvalidInput
from armproject.lib.scrub import scrub
from telemetry import identity
from telemetry.content.redacting import Redactor
from telemetry.models import ContentMode, Feedback, FeedbackSource, RedactionPattern, Run
from telemetry.reports.content_modes import mode_of_run

SAYING = ("helpful", "score", "tag", "label")


@dataclass(frozen=True, slots=True)
class Given:
    """The feedback that is kept, and whether it is new."""

    feedback: Feedback
    is_new: bool


@transaction.atomic
def give_feedback(
    *,
    feedback_id: str = "",
    trace_id: UUID | None = None,
    run: Run | None = None,
    comment: str = "",
    source: str = FeedbackSource.USER,
    **judgement: Any,
) -> Given:
    """Keep feedback about a run, whether it has arrived or not; the same id again changes nothing.

    `judgement` holds what there is of helpful (true or false), score, tag, label, end_user, and of
    span_id (64 bits, signed) and message_id, where it is about one step or message. Comments are
    redacted unless the rule of the run's agent is to keep all; secrets are always cut out.
    """
    require("feedback.write")
    trace = run.trace_id if run is not None else trace_id
    if trace is None:
        raise InvalidInput("Say which run it is about: give its trace_id or its run_id.")
    if not comment and not any(judgement.get(name) not in (None, "") for name in SAYING):
        raise InvalidInput("Say something: helpful, a score, a tag or a comment.")
    if not isfinite(judgement.get("score") or 0):
        raise InvalidInput("Give a score that is a number.", fields={"score": ["Not a number."]})
    organization = current_organization_id()
    feedback = Feedback(id=identity.feedback_id(organization, feedback_id or uuid4().hex))
    run_id = identity.run_id(organization, trace.hex)
    feedback.say(_freed(comment, run_id))
    told = {
        "run_id": run_id,
        "trace_id": trace,
        "source": FeedbackSource(source),
        "member_id": _member(),
        "comment_sealed": feedback.comment_sealed,
        **judgement,
    }
    return Given(*Feedback.objects.get_or_create(pk=feedback.pk, defaults=told))


def _freed(comment: str, run_id: UUID) -> str:
    if not comment or mode_of_run(run_id) == ContentMode.FULL:
        return scrub(comment)
    return Redactor(RedactionPattern.objects.by_kind()).text(comment)


def _member() -> UUID | None:
    principal = context.principal()
    return principal.user_id if principal is not None else None
