"""Read a page of what was said in a run."""

from collections.abc import Callable, Sequence

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import Run
from telemetry.reports.places import Contents, Page, Place


@transaction.atomic
def read_messages(run: Run, choose: Callable[[Sequence[Place]], Sequence[Place]]) -> Page:
    """Open those messages of a run that `choose` takes of all there are, and note who read them.

    Where nothing is kept there is nothing to read, and nothing is noted.
    """
    require("contents.read")
    contents = Contents(run)
    kept = contents.kept()
    page = Page(kept, list(contents.opened(choose(contents.places()))))
    if kept.modes:
        record("contents.read", run, details={"messages": len(page.messages)})
    return page
