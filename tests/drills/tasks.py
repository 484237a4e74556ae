"""Kinds of work that only drills know. A drill's own processes load them, no other test does."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.signals import before_task_publish, task_prerun

from armproject.lib.audit import record
from jobs.registry import every, handles
from jobs.running import JobRun
from tests.drills.faults import Traps
from tests.drills.kinds import ATTEMPTS, LEASE, NOTE, POISON, TURN
from tests.drills.ledger import Ledger

FOLDER = Path(os.environ["DRILL_FOLDER"])
TRAPS = Traps(FOLDER / "traps")
OUTSIDE = Ledger(FOLDER / "outside.log")

every(timedelta(seconds=2), TURN, label="The drill's turn")


@task_prerun.connect
def before_claim(task: Any, **_: object) -> None:
    if task.name == "jobs.run":
        TRAPS.meet("before_claim")


@before_task_publish.connect
def before_sending(sender: str, **_: object) -> None:
    if sender == "jobs.run":
        TRAPS.meet("before_sending")


@handles(NOTE, lease=LEASE, max_attempts=ATTEMPTS[NOTE])
def note(run: JobRun) -> None:
    """Do something outside, which cannot be undone, and something inside, which counts once."""
    TRAPS.meet("after_claim")
    time.sleep(run.args.get("seconds", 0))
    OUTSIDE.note(run.job.pk, run.job.fence)
    TRAPS.meet("after_effect")
    with run.finish():
        record(NOTE, run.job, after={"fence": run.job.fence})
        TRAPS.meet("before_commit")
    TRAPS.meet("after_commit")


@handles(POISON, lease=timedelta(seconds=2), max_attempts=ATTEMPTS[POISON])
def poison(run: JobRun) -> None:
    """Take the worker down, every time."""
    TRAPS.lay("poison")
    TRAPS.meet("poison")


@handles(TURN)
def turn(run: JobRun) -> None:
    with run.finish():
        record(TURN, run.job)
