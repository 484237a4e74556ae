"""Keep what spans tell beside themselves: content, and judgements of it."""

from collections.abc import Sequence
from uuid import UUID

from telemetry.actions.keep_contents import SPAN, keep_contents
from telemetry.actions.keep_evaluations import keep_evaluations
from telemetry.models import ContentMode
from telemetry.records import SpanRecord
from telemetry.reports.content_modes import modes_of


def keep_said(records: Sequence[SpanRecord], sources: Sequence[UUID], origin: str = SPAN) -> None:
    """Keep content as far as its rules let it be kept, and judgements, in the caller's transaction.

    Where content is redacted, the records themselves are: nothing of what was taken out is kept
    anywhere. `origin` says what told of it: the span itself, or a log about it.
    """
    modes = modes_of(set(sources))
    each = [modes.get(source, ContentMode.METADATA_ONLY) for source in sources]
    if modes:
        keep_contents(records, each, origin)
    keep_evaluations(records, each)
