"""Embed all memories anew, with another model."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.audit import record
from memory.actions.embed_memories import embed_memories
from memory.embedding import EmbeddingFailed
from memory.models import (
    CachedVector,
    Memory,
    OwnerType,
    Space,
    SpaceState,
    Vector,
)

BATCH = 100


def reembed(space: Space, *, after: str = "") -> str:
    """Embed the next part of the memories in a space that is being filled.

    `after` is the id of the last memory of the former part. Returns the id to go on from; "" when
    all stand in the space: it then answers, and the former one's vectors are gone.
    """
    require("memories.manage")
    with fenced():
        waiting = _of(space).filter(pk__gt=after) if after else _of(space)
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not after:
            Space.objects.filter(pk=space.pk).update(total=_of(space).count(), done=0)
    if not ids:
        _finish(space)
        return ""
    try:
        embed_memories(space, ids)
    except EmbeddingFailed as failed:
        with fenced():
            Space.objects.filter(pk=space.pk).update(problem=failed.message[:300])
        raise
    with fenced():
        done = _of(space).filter(pk__lte=ids[-1]).count()
        Space.objects.filter(pk=space.pk).update(done=done, problem="")
    return str(ids[-1])


def _of(space: Space) -> "QuerySet[Memory]":
    """Return the memories that stand in a space: those of its app, or of all without one."""
    rows = Memory.objects.filter(is_locked=False)
    if space.app:
        return rows.filter(owner_type=OwnerType.APP, owner_id=space.app)
    apps = Space.objects.serving().exclude(app="").values_list("app", flat=True)
    return rows.exclude(owner_type=OwnerType.APP, owner_id__in=list(apps))


def _finish(space: Space) -> None:
    """Let the space answer from now on, and take the former one's vectors away."""
    with fenced(), transaction.atomic():
        space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
        if space.state != SpaceState.BUILDING:
            return
        for former in Space.objects.serving().filter(app=space.app):
            former.state = SpaceState.RETIRED
            former.emptied = [*former.emptied, *former.shelves]
            former.shelves, former.sealed = [], 0
            former.save()
            Vector.objects.filter(space_id=former.pk)._raw_delete("default")
            CachedVector.objects.filter(space_id=former.pk).delete()
        if space.app:
            own = _of(space).order_by().values("pk")
            others = Vector.objects.filter(memory_id__in=own).exclude(space_id=space.pk)
            others._raw_delete("default")
        space.state = SpaceState.SERVING
        space.done = space.total = max(space.total, 0)
        space.save()
        record("embedding.switch", details={"model": space.model, "dimension": space.dimension})
