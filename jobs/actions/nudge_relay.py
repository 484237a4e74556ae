"""Tell the relay that there may be work."""

import logging
import threading
import time

from celery import current_app

log = logging.getLogger(__name__)

PACE = 0.2  # seconds between two hints of one process; a burst of new work needs one, not many
EXPIRES = 30

_wanted = threading.Event()
_guard = threading.Lock()
_messenger: threading.Thread | None = None


def nudge_relay() -> None:
    """Have a hint sent to the relay, without waiting for the broker.

    The hint goes out in a thread of its own, because a broker that is away keeps its callers
    waiting for half a minute. If it is lost, the next tick of the clock does as well.
    """
    global _messenger  # noqa: PLW0603 - one messenger a process, started with the first hint
    _wanted.set()
    with _guard:
        if _messenger is None or not _messenger.is_alive():
            _messenger = threading.Thread(target=_send_hints, name="relay-hints", daemon=True)
            _messenger.start()


def _send_hints() -> None:
    while _wanted.wait():
        _wanted.clear()
        try:
            current_app.send_task("jobs.relay", retry=False, expires=EXPIRES)
        except Exception as error:  # noqa: BLE001 - any broker failure: the row is safe, the hint is not needed
            log.warning("relay_hint_lost", extra={"fault": type(error).__name__})
        time.sleep(PACE)
