"""Take what was forgotten out of agents, too."""

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import DomainError
from memory.actions.inject import inject
from memory.actions.take_out import take_out
from memory.models import Injection, Memory


def refresh_injections() -> int:
    """Rewrite the block of every agent that still holds memories which are gone or changed.

    What cannot be rewritten now is tried the next time; returns how many blocks were. No
    transaction is open while vendors work.
    """
    with fenced():
        require("agents.inject")
        standing = list(Injection.objects.standing().select_related("agent"))
    done = 0
    for row in standing:
        with fenced():
            is_stale = len(unchanged_of(row)) < len(row.memory_ids)
        if is_stale:
            try:
                _rewrite(row)
            except DomainError:
                continue
            done += 1
    return done


def unchanged_of(row: Injection) -> list[Memory]:
    """Return the memories of a block that read as they did and may still stand in it."""
    rows = Memory.objects.present().filter(is_trusted=True, is_locked=False)
    since = rows.filter(pk__in=row.memory_ids, updated_at__lte=row.created_at)
    found = {str(each.pk): each for each in since}
    return [found[each] for each in row.memory_ids if each in found]


def _rewrite(row: Injection) -> None:
    """Put the rest in again; memories that were changed since are put in as they read now."""
    with fenced():
        rows = Memory.objects.present().filter(is_trusted=True, is_locked=False)
        now = {str(each.pk): each for each in rows.filter(pk__in=row.memory_ids)}
    memories = [now[each] for each in row.memory_ids if each in now]
    if memories or row.preferences:
        inject(row.agent, memories, with_preferences=bool(row.preferences), user=row.user)
    else:
        take_out(row.agent)
