"""Ask for an interaction to be looked through."""

from django.db import transaction

from accounts.permissions import require
from agents.models import Agent
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from jobs.actions.enqueue import enqueue
from memory.actions.ask_model import NO_MODEL
from memory.entries import clean_content, clean_line, clean_owner
from memory.models import Extraction, LearningSetting
from memory.owners import Owner

KIND = "memory.extract"


@transaction.atomic
def request_extraction(
    text: str, owner: Owner, *, agent: Agent | None = None, source_id: str = ""
) -> Extraction:
    """Have an interaction looked through by a job; until then what was said is kept sealed."""
    require("memories.write")
    setting = LearningSetting.objects.for_agent(agent.pk if agent else None)
    if setting is None or not setting.has_model:
        raise Conflict(NO_MODEL)
    owner = clean_owner(owner)
    row = Extraction(
        owner_type=owner.type,
        owner_id=owner.id,
        agent=agent,
        source_id=clean_line("source_id", source_id),
        model=setting.model,
    )
    row.hold(clean_content(text))
    row.save(force_insert=True)
    record("memories.request_extraction", row)
    enqueue(KIND, {"extraction": str(row.pk)})
    return row
