"""Work of memory: what has expired goes."""

from datetime import timedelta

from accounts.fence import fenced
from jobs.registry import every, handles
from jobs.running import JobRun
from memory.actions.purge_expired import purge_expired

PURGE = "memory.purge"

every(timedelta(minutes=10), PURGE, label="Erase expired memories")


@handles(PURGE)
def purge(run: JobRun) -> None:
    """Erase what is over, a part at a time."""
    total = 0
    while True:
        with fenced():
            number = purge_expired().memories
        if not number:
            break
        total += number
        run.renew(erased=total)
    with run.finish():
        pass
