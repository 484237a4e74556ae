"""What feedback says, for whoever reads it."""

from accounts.permissions import has_permission
from telemetry.models import Feedback, FeedbackSource


def comment_of(feedback: Feedback) -> str:
    """Return the comment as far as the reader may see it.

    An evaluator's explanation may quote what was said, so it is for those who may read that.
    """
    by_evaluator = feedback.source == FeedbackSource.EVALUATOR
    right = "contents.read" if by_evaluator else "runs.read"
    return feedback.comment if has_permission(right) else ""
