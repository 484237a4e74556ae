"""What kinds of job there are and what is due by the clock; higher apps add theirs here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.module_loading import module_has_submodule

if TYPE_CHECKING:
    from jobs.running import JobRun

Work = Callable[["JobRun"], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of job is done. `lease` must outlast the longest silence of the work."""

    kind: str
    work: Work
    lease: timedelta
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work due in every organization each `every`; operators may change the interval."""

    name: str
    kind: str
    every: timedelta
    label: str


HANDLERS: dict[str, Handler] = {}
SCHEDULES: dict[str, Schedule] = {}


def handles(
    kind: str, *, lease: timedelta = timedelta(minutes=2), max_attempts: int = 5
) -> Callable[[Work], Work]:
    """Register the decorated function as the one that does this kind of job."""

    def register(work: Work) -> Work:
        HANDLERS[kind] = Handler(kind, work, lease, max_attempts)
        return work

    return register


def every(interval: timedelta, kind: str, *, label: str) -> None:
    """Declare that this kind of job is due in every organization each interval."""
    SCHEDULES[kind] = Schedule(name=kind, kind=kind, every=interval, label=label)


def kinds_of(text: str) -> list[str]:
    """Return the kinds whose parts begin with these words: "deliver" is of governance.deliver."""
    load_handlers()
    words = text.lower().split()
    return sorted(kind for kind in HANDLERS if all(_begins(kind, word) for word in words))


def _begins(kind: str, word: str) -> bool:
    return kind.startswith(word) or any(part.startswith(word) for part in re.split(r"[._]", kind))


def load_handlers() -> None:
    """Import every app's tasks, so that all kinds of job and all schedules are known."""
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "tasks"):
            import_module(f"{config.name}.tasks")
