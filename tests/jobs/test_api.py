"""Work as people see it over the API."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from jobs.actions.enqueue import enqueue
from jobs.models import Job, JobState
from jobs.registry import HANDLERS, Handler
from tests.cast import Api, House

KIND = "test.api"


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    HANDLERS[KIND] = Handler(KIND, lambda run: None, timedelta(minutes=1), 3)
    yield
    del HANDLERS[KIND]


def dead(house: House) -> Job:
    with house.inside():
        job = enqueue(KIND, {"agent": "1"})
        Job.objects.filter(pk=job.pk).update(state=JobState.DEAD, last_error="The vendor is away.")
    return job


def test_jobs_are_listed_by_state_with_their_error(house: House) -> None:
    job = dead(house)
    developer = house.api("developer")
    (row,) = developer.get("/jobs", state="dead").json()["data"]
    assert (row["id"], row["last_error"]) == (str(job.pk), "The vendor is away.")
    assert row["requested_by"] == str(house.owner)
    assert developer.get("/jobs", state="done").json()["data"] == []
    assert developer.get(f"/jobs/{job.pk}").json()["data"]["kind"] == KIND


def test_what_was_given_up_is_replayed_by_who_may(house: House, api: Api) -> None:
    job = dead(house)
    path = f"/jobs/{job.pk}/replay"
    assert house.api("developer").post(path).status_code == 403
    again = api.post(path)
    assert (again.status_code, again.json()["data"]["state"]) == (200, "pending")
    assert api.post(path).status_code == 409


def test_a_viewer_sees_no_jobs(house: House) -> None:
    assert house.api("viewer").get("/jobs").status_code == 403


def test_a_foreign_job_is_not_found(house: House, neighbours: House, api: Api) -> None:
    job = dead(neighbours)
    assert api.get(f"/jobs/{job.pk}").status_code == 404
    assert api.post(f"/jobs/{job.pk}/replay").status_code == 404
    assert api.get("/jobs").json()["data"] == []
