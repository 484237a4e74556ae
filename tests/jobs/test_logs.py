"""What is logged of a job says in which request, for whom and in which trace it is done."""

import io
import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from accounts.fence import fenced
from armproject.lib import context
from armproject.lib.logs import configure_logging
from jobs.actions.enqueue import enqueue
from jobs.actions.run_job import run_job
from jobs.registry import HANDLERS, handles
from jobs.running import JobRun
from tests.cast import House

KIND = "tests.says_something"
log = logging.getLogger("tests.jobs")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Collect what is logged, as it is written."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configure_logging("INFO", json=True)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.fixture
def kind() -> Any:
    def work(run: JobRun) -> None:
        log.info("at_work", extra={"count": 3, "password": "no field of ours"})

    handles(KIND)(work)
    yield KIND
    del HANDLERS[KIND]


def test_lines_of_a_job_belong_to_the_request_that_asked_for_it(
    house: House, lines: Any, kind: str
) -> None:
    asked = context.RequestInfo(request_id="r1", trace_id="a" * 32, span_id="b" * 16)
    with house.inside():
        now = context.current()
        with context.use(replace(now, request=asked)), fenced():
            job = enqueue(kind)
    assert run_job(job.pk, house.organization.pk)
    said = {line["event"]: line for line in lines() if line["event"] in {"at_work", "job_ended"}}
    for line in said.values():
        assert line["request_id"] == "r1"
        assert line["trace_id"] == "a" * 32
        assert line["span_id"] not in {"b" * 16, ""}
        assert line["organization_id"] == str(house.organization.pk)
    assert said["at_work"]["user_id"] == str(house.owner.pk)
    assert said["at_work"]["count"] == 3
    assert "password" not in said["at_work"]
    assert said["job_ended"]["reason"] == "done"
    assert said["job_ended"]["kind"] == kind
    assert said["job_ended"]["job_id"] == str(job.pk)
    assert said["job_ended"]["ms"] >= 0


def test_a_job_that_nobody_asked_for_begins_a_trace(house: House, lines: Any, kind: str) -> None:
    with house.inside():
        job = enqueue(kind)
    run_job(job.pk, house.organization.pk)
    line = next(line for line in lines() if line["event"] == "at_work")
    assert len(line["trace_id"]) == 32
    assert line["request_id"]
