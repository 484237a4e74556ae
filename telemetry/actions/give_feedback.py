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
from telemetry.models import Feedback, FeedbackSource, Run

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
    span_id (64 bits, signed) and message_id, where it is about one step or message. Secrets are
    cut out of comments.
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
    feedback.say(scrub(comment))
    told = {
        "run_id": identity.run_id(organization, trace.hex),
        "trace_id": trace,
        "source": FeedbackSource(source),
        "member_id": _member(),
        "comment_sealed": feedback.comment_sealed,
        **judgement,
    }
    return Given(*Feedback.objects.get_or_create(pk=feedback.pk, defaults=told))


def _member() -> UUID | None:
    principal = context.principal()
    return principal.user_id if principal is not None else None
