"""Keep what spans tell beside themselves: content, and judgements of it."""

from collections.abc import Sequence
from uuid import UUID

from telemetry.actions.keep_contents import SPAN, keep_contents
from telemetry.actions.keep_evaluations import keep_evaluations
from telemetry.content.freeing import free_facts
from telemetry.content.redacting import Redactor
from telemetry.models import ContentMode, RedactionPattern
from telemetry.records import SpanRecord
from telemetry.reports.content_modes import modes_of

BARE = ContentMode.METADATA_ONLY


def keep_said(
    records: Sequence[SpanRecord], sources: Sequence[UUID], origins: Sequence[str] = ()
) -> None:
    """Keep content as far as its rules let it be kept, and judgements, in the caller's transaction.

    Where content is redacted, the records themselves are: nothing of what was taken out is kept
    anywhere. So are names, errors and attributes where content is not kept at all. `origins` name
    what told of each, where it was not the span itself.
    """
    origins = origins or [SPAN] * len(records)
    modes = modes_of(set(sources))
    each = [modes.get(source, BARE) for source in sources]
    bare = [one for one, mode in zip(records, each, strict=True) if mode == BARE]
    # Who keeps content nowhere has no patterns of their own to ask for.
    own = RedactionPattern.objects.by_kind() if modes and bare else None
    free_facts(bare, Redactor(own))
    if modes:
        keep_contents(records, each, origins)
    keep_evaluations(records, each, origins)
