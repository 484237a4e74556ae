"""Counts of what happens in this process, kept beside those of all others."""

import os
from collections.abc import Iterable, Sequence
from threading import Lock

import structlog
from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from armproject.lib.metrics.slots import Holder, Slots

log = structlog.get_logger(__name__)

PREFIX = "arm_"
OTHER = "other"
# Seconds; from what memory answers to what a person no longer waits for.
LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
DURATIONS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)

_own = CollectorRegistry()


def _slots() -> Slots | None:
    """Keep this process's counts in files; where none can be written, in its memory alone."""
    try:
        slots = Slots(settings.ARM_METRICS_DIR)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(slots.folder)
        values.ValueClass = values.MultiProcessValue(slots.own)  # type: ignore[no-untyped-call]
    except OSError as problem:
        log.warning("metrics_kept_in_memory", reason=problem.strerror or "")
        return None
    return slots


SLOTS = _slots()


def counter(name: str, about: str, *labels: str) -> Counter:
    """Return a counter `arm_<name>`; values of labels must be few, see `Few`."""
    return Counter(PREFIX + name, about, labels, registry=_own)


def histogram(
    name: str, about: str, *labels: str, buckets: Sequence[float] = LATENCIES
) -> Histogram:
    """Return a histogram `arm_<name>` of seconds."""
    return Histogram(PREFIX + name, about, labels, buckets=buckets, registry=_own)


def counted() -> Iterable[Metric]:
    """Return what all processes that share this folder have counted, those that ended too."""
    if SLOTS is None:
        return _own.collect()
    collector = MultiProcessCollector(None, str(SLOTS.folder))  # type: ignore[no-untyped-call]
    return list(collector.collect())  # type: ignore[no-untyped-call]


def process_holders() -> Iterable[Holder]:
    """Return the living processes of this machine that count here."""
    return () if SLOTS is None else SLOTS.holders()


class Few:
    """Keeps the values of a label few: the first `most` different words, and "other"."""

    def __init__(self, most: int = 50) -> None:
        self._most = most
        self._known: set[str] = set()
        self._lock = Lock()

    def __call__(self, word: str) -> str:
        word = word[:100] or "unknown"
        if word in self._known:
            return word
        with self._lock:
            if len(self._known) < self._most:
                self._known.add(word)
                return word
        return OTHER
