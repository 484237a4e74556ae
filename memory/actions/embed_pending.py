"""Embed what waits for an endpoint."""

from accounts.fence import fenced
from accounts.permissions import require
from memory.actions.embed_memories import embed_memories
from memory.embedding import EmbeddingFailed
from memory.models import IndexState, Memory, OwnerType, Provider, Space

BATCH = 50


def embed_pending(space: Space, *, is_last: bool = False) -> int:
    """Embed the oldest memories that wait for a space; return how many were done, 0 at the end.

    Where the endpoint fails the reason is noted at the space; after the last try the memories
    count as failed, and are found by their words alone until somebody asks again.
    """
    require("memories.write")
    with fenced():
        waiting = Memory.objects.filter(index_state=IndexState.PENDING)
        if space.app:
            waiting = waiting.filter(owner_type=OwnerType.APP, owner_id=space.app)
        else:
            apps = list(Space.objects.serving().exclude(app="").values_list("app", flat=True))
            waiting = waiting.exclude(owner_type=OwnerType.APP, owner_id__in=apps)
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not ids or space.provider != Provider.ENDPOINT:
        return 0
    try:
        done = embed_memories(space, ids)
    except EmbeddingFailed as failed:
        with fenced():
            Space.objects.filter(pk=space.pk).update(problem=failed.message[:300])
            if is_last:
                Memory.objects.filter(pk__in=ids).update(index_state=IndexState.FAILED)
        raise
    with fenced():
        Space.objects.filter(pk=space.pk).exclude(problem="").update(problem="")
    return done
