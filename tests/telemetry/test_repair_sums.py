"""Sums of runs that went wrong are found and mended, and nothing written meanwhile is lost."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.fence import acting, fenced
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from governance.models import AuditEvent
from jobs.models import Job
from telemetry.actions.repair_sums import repair_sums
from telemetry.actions.store_spans import store_spans
from telemetry.models import Grain, Run, RunSum
from telemetry.reports.sum_differences import sum_differences
from tests.cast import Api, House, make_house
from tests.telemetry.senders import work
from tests.telemetry.test_receive_together import somebody_waits
from tests.telemetry.test_run_sums import record

PATH = "/telemetry/sums"


def days() -> tuple[date, date]:
    """Return the UTC days in which work of the tests may have begun."""
    today = timezone.now().astimezone(UTC).date()
    return today - timedelta(days=1), today


def mend() -> int:
    return sum(map(repair_sums, days()))


def differences() -> list[Any]:
    first, last = (datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days())
    return [
        each for grain in Grain for each in sum_differences(first, last + timedelta(days=1), grain)
    ]


def sums() -> list[tuple[Any, ...]]:
    """Return all sums by what they are of, both kinds of rows together."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in RunSum.objects.all():
        told = [row.runs, row.failed, row.llm_calls, row.cost, *row.lengths]
        key = (row.grain, row.of, row.key, row.at)
        known = found.get(key, [0] * len(told))
        found[key] = [mine + theirs for mine, theirs in zip(known, told, strict=True)]
    return sorted((key, told) for key, told in found.items() if any(told))


def harm() -> None:
    """Lose some sums, make up others, and change the rest."""
    RunSum.objects.filter(of="source").delete()
    RunSum.objects.filter(grain="day").update(failed=9, cost=3, lengths=[7] * 64)
    hour = RunSum.objects.filter(grain="hour", of="all").first()
    assert hour is not None
    RunSum.objects.create(grain="hour", of="app", key="ghost", at=hour.at, runs=1, lengths=[0] * 64)


def test_sums_are_mended_whatever_is_wrong_with_them(
    house: House, neighbours: House, api: Api
) -> None:
    for error in ("", "", "It broke."):
        work("porter", error=error).send(api)
    work("theirs").send(neighbours.api())
    with neighbours.inside():
        RunSum.objects.update(runs=5)
    with house.inside():
        right = sums()
        assert mend() == 0
        assert not AuditEvent.objects.filter(action="runs.repair_sums").exists()
        harm()
        assert differences() != []
        assert mend() > 0
        assert differences() == []
        assert sums() == right
        assert AuditEvent.objects.filter(action="runs.repair_sums").exists()
        assert mend() == 0
    with neighbours.inside():
        assert set(RunSum.objects.values_list("runs", flat=True)) == {5}


def test_runs_that_are_written_meanwhile_count_once(committed: None) -> None:
    house = make_house("Acme")
    now = int(timezone.now().timestamp())

    def wrote(trace: int) -> None:
        store_spans([record((trace, "porter", "llm", "ok", 1, 5, True, "desk"), now)])

    def mended() -> None:
        try:
            with acting(system("test"), house.organization.pk, PERMISSIONS), fenced():
                mend()
        finally:
            connection.close()

    with house.inside():
        wrote(1)
    with house.inside():
        harm()
    thread = Thread(target=mended)
    with house.inside():
        wrote(2)  # and holds what it has added to until it commits
        thread.start()
        somebody_waits()
    thread.join()
    with house.inside():
        assert differences() == []
        assert Run.objects.count() == 2
        assert sum(row.runs for row in RunSum.objects.of_all(Grain.DAY)) == 2


def test_it_is_asked_for_at_all_doors_by_those_who_may(house: House, api: Api) -> None:
    work("porter").send(api)
    first, last = (day.isoformat() for day in days())
    with house.inside():
        harm()
    told = api.get(PATH, first=first, last=last).json()["data"]
    assert told["number"] == len(told["sums"]) > 0
    assert {each["of"] for each in told["sums"]} >= {"source", "app"}
    asked = api.post(PATH, {"first": first, "last": last})
    assert asked.status_code == 202
    with house.inside():
        job = Job.objects.get(pk=asked.json()["data"]["job_id"])
        assert job.kind == "telemetry.repair_sums"
    page = "/studio/telemetry/objective/"
    assert "Check the last 7 days" in house.browser().get(f"{page}performance").content.decode()
    assert house.browser().post(f"{page}sums").status_code == 302
    call_command("repair_sums", house.organization.slug, first, last)
    assert api.get(PATH, first=first, last=last).json()["data"] == {"number": 0, "sums": []}
    seen = house.browser("viewer").get(f"{page}performance").content.decode()
    assert "Check the last 7 days" not in seen
    assert house.browser("viewer").post(f"{page}sums").status_code == 403
    for call in (house.api("developer").get, house.api("developer").post):
        assert call(PATH).status_code == 403


def test_days_whose_runs_may_be_gone_are_refused(house: House, api: Api) -> None:
    first, last = days()
    old = (first - timedelta(days=60)).isoformat()
    wrong = [
        {"first": old, "last": last.isoformat()},
        {"first": last.isoformat(), "last": first.isoformat()},
        {"last": "0001-01-01"},
        {"first": "yesterday", "last": last.isoformat()},
        {"first": first.isoformat(), "last": (last + timedelta(days=2)).isoformat()},
    ]
    for days_asked in wrong:
        assert api.post(PATH, days_asked).status_code == 400
        assert api.get(PATH, **days_asked).status_code == 400
    with pytest.raises(CommandError):
        call_command("repair_sums", house.organization.slug, old)
    with pytest.raises(CommandError, match="no organization"):
        call_command("repair_sums", "nobody", first.isoformat())
