"""Keep what spans tell beside themselves: content, and judgements of it."""

from collections.abc import Sequence
from uuid import UUID

from telemetry.actions.keep_contents import SPAN, keep_contents
from telemetry.actions.keep_evaluations import keep_evaluations
from telemetry.models import ContentMode
from telemetry.records import SpanRecord
from telemetry.reports.content_modes import modes_of


def keep_said(
    records: Sequence[SpanRecord], sources: Sequence[UUID], origins: Sequence[str] = ()
) -> None:
    """Keep content as far as its rules let it be kept, and judgements, in the caller's transaction.

    Where content is redacted, the records themselves are: nothing of what was taken out is kept
    anywhere. `origins` name what told of each, where it was not the span itself.
    """
    origins = origins or [SPAN] * len(records)
    modes = modes_of(set(sources))
    each = [modes.get(source, ContentMode.METADATA_ONLY) for source in sources]
    if modes:
        keep_contents(records, each, origins)
    keep_evaluations(records, each, origins)
