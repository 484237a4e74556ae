"""Say whether what was recalled helped."""

from uuid import UUID

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import NotFound
from memory.access import Reach, reach_of_call
from memory.models import Use, UseKind


@transaction.atomic
def note_recall_feedback(
    recall: UUID,
    *,
    helpful: bool,
    memory_id: UUID | None = None,
    reach: Reach | None = None,
) -> int:
    """Keep whether a recall helped, all of it or one memory; it counts in later ones.

    Saying it again changes what was said. Returns how many memories it is about; raises NotFound
    for a recall the caller cannot see.
    """
    require("memories.write")
    uses = Use.objects.filter(recall=recall, kind=UseKind.RECALLED)
    if memory_id is not None:
        uses = uses.filter(memory=memory_id)
    reach = reach or reach_of_call()
    seen = [use.pk for use in uses.select_related("memory") if reach.holds(use.memory)]
    if not seen:
        raise NotFound("There is no such recall.")
    number = int(Use.objects.filter(pk__in=seen).update(helpful=helpful))
    details = {"recall": str(recall), "helpful": helpful, "count": number}
    record("memories.recall_feedback", details=details)
    return number
