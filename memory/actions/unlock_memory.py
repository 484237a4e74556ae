"""Take the passphrase off a memory."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from armproject.lib.secret import Secret
from memory.access import Reach, require_within, require_writing
from memory.actions.lock_memory import rewrite
from memory.actions.tell_news import UPDATED, tell_news
from memory.gates import Effect, Writing
from memory.models import Memory, MemoryState
from memory.owners import Owner
from memory.passphrases import opened


@transaction.atomic
def unlock_memory(memory: Memory, passphrase: Secret, *, reach: Reach | None = None) -> Memory:
    """Keep a locked memory like any other from now on, so that it is found by what it says.

    It passes the gates like something new, and is withheld where they say so.
    """
    require("memories.write")
    require_within(memory, reach)
    memory = Memory.objects.select_for_update(of=("self",)).get(pk=memory.pk)
    if not memory.is_locked:
        raise Conflict("This is not locked.")
    if memory.state == MemoryState.FORGOTTEN:
        raise Conflict("This was forgotten; restore it first.")
    text = opened(memory.content, passphrase, memory.pk)
    _judge(memory, text)
    rewrite(memory, text, is_locked=False)
    record("memories.unlock", memory, after={"state": memory.state})
    if memory.state == MemoryState.LIVE:
        tell_news(UPDATED, [memory.pk])
    return memory


def _judge(memory: Memory, text: str) -> None:
    verdict = require_writing(
        Writing(
            owner=Owner(memory.owner_type, memory.owner_id),
            content=text,
            kind=memory.kind,
            store=memory.store,
            label=memory.label,
            key=memory.key,
            metadata=memory.metadata,
            source_type=memory.source_type,
            agent_id=memory.agent_id,
            is_by_hand=memory.is_trusted,
        )
    )
    if verdict.effect == Effect.WITHHOLD:
        memory.state = MemoryState.WITHHELD
        memory.state_reason = " ".join(verdict.reasons)[:300]
