"""Remember something that only a passphrase opens."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from armproject.lib.errors import InvalidInput
from armproject.lib.ids import uuid7
from armproject.lib.secret import Secret
from memory.access import require_writing
from memory.actions.index_memories import index_memories
from memory.actions.remember import remember
from memory.entries import Draft, clean
from memory.gates import Effect, Writing
from memory.models import Memory
from memory.passphrases import shut

UNSEEN = "What reads like an instruction cannot be locked: nobody could look at it later. "


@transaction.atomic
def remember_locked(
    draft: Draft, passphrase: Secret, *, vector: Sequence[float] | None = None
) -> Memory:
    """Keep something under a passphrase that is not kept; without it nobody reads it, ARM neither.

    It is found by label, key and metadata, which stay as they are, and by a `vector` that the
    client made of it. What would be withheld is refused.
    """
    whole = clean(draft)
    verdict = require_writing(
        Writing(
            owner=whole.owner,
            content=whole.content,
            kind=whole.kind,
            store=whole.store,
            label=whole.label,
            key=whole.key,
            metadata=whole.metadata,
            source_type=whole.source_type,
            agent_id=whole.agent.pk if whole.agent else None,
            run_id=whole.run_id,
            is_by_hand=whole.is_trusted,
        )
    )
    if verdict.effect != Effect.ALLOW:
        raise InvalidInput(UNSEEN + " ".join(verdict.reasons))
    pk = uuid7()
    box = shut(whole.content, passphrase, pk)
    memory = remember(replace(whole, content=box, id=pk, is_locked=True)).memory
    if vector is not None:
        index_memories([memory], [box], again=True, vectors={memory.pk: vector})
        memory.save(update_fields=["tokens", "index_state"])
    return memory
