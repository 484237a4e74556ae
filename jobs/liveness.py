"""A worker that makes no progress is not alive, whatever its process says."""

import logging
import os
import threading
import time
from datetime import timedelta

log = logging.getLogger(__name__)

# The relay's tick reaches every worker far more often than this, unless its broker connection is
# half dead, which no exception ever tells.
PATIENCE = timedelta(minutes=3)

_last = time.monotonic()


def note_progress() -> None:
    """Remember that this process has just finished something."""
    global _last  # noqa: PLW0603 - one clock a process
    _last = time.monotonic()


def watch() -> None:
    """Start the thread that ends this process when it stops making progress."""
    threading.Thread(target=_watch, name="liveness", daemon=True).start()


def _watch() -> None:
    while time.monotonic() - _last < PATIENCE.total_seconds():
        time.sleep(5)
    log.error("worker_stalled", extra={"seconds": int(time.monotonic() - _last)})
    os._exit(70)  # the supervisor starts a fresh one; leases return what this one held
