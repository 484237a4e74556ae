"""Carry out an extraction that was asked for."""

from uuid import UUID

from accounts.fence import fenced
from armproject.lib.errors import DomainError
from memory.actions.extract import extract
from memory.actions.keep_extracted import Source
from memory.learning.prompts import LONGEST_TURN, Turn
from memory.models import Extraction
from memory.owners import Owner


def carry_out_extraction(extraction_id: UUID) -> bool:
    """Look through the interaction that waits; False where it was not done, as its row then says.

    Call it outside transactions.
    """
    with fenced():
        rows = Extraction.objects.waiting().select_related("agent")
        row = rows.filter(pk=extraction_id).first()
        told = row.told if row is not None else ""
    if row is None:
        return False
    owner = Owner(row.owner_type, row.owner_id)
    source = Source(owner, row.agent, row.source_id, row.run_id)
    parts = [told[at : at + LONGEST_TURN] for at in range(0, len(told), LONGEST_TURN)]
    try:
        extract([Turn("interaction", part) for part in parts], source, claimed=row)
    except DomainError:
        return False
    return True
