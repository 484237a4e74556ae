"""What is told of telemetry to who watches from outside."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from armproject import metrics as page
from armproject.lib.metrics import Growing, Latest
from telemetry import counting, figures
from telemetry.models import Run
from tests.cast import House, make_house
from tests.telemetry.senders import work

TOKEN = "o" * 40
Told = dict[tuple[Any, ...], float]


def told(token: str) -> Told:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.content
    families = text_string_to_metric_families(answer.content.decode())
    return {key(each): each.value for family in families for each in family.samples}


def counted(*counters: Any) -> Told:
    """Return what this process has counted so far."""
    found = (sample for each in counters for family in each.collect() for sample in family.samples)
    return {key(sample): sample.value for sample in found}


def key(sample: Any) -> tuple[Any, ...]:
    return (sample.name, *sorted(sample.labels.items()))


def grown(before: Told, after: Told) -> Told:
    return {
        name: after[name] - before.get(name, 0)
        for name in after
        if after[name] != before.get(name, 0)
    }


@pytest.fixture
def operator(committed: None, settings: Any, tmp_path: Path) -> str:
    settings.ARM_METRICS_TOKEN = TOKEN
    page._latest = Latest(page._read_database, fresh=0)
    figures._growing = Growing(tmp_path / "runs.json")
    return TOKEN


def test_what_was_kept_is_counted_once(operator: str) -> None:
    api = make_house("Acme").api()
    watched = (counting.CALLS, counting.TOKENS, counting.TOOLS, counting.ERRORS, counting.ITEMS)
    before = counted(*watched)
    run = work("one", error="It broke.")
    run.send(api)
    after = counted(*watched)
    found = grown(before, after)
    calls = {name: n for name, n in found.items() if name[0] == "arm_llm_calls_total"}
    assert sum(calls.values()) == 2
    tokens = [n for name, n in found.items() if name[0] == "arm_llm_tokens_total"]
    assert sum(tokens) >= 2_350
    assert sum(n for name, n in found.items() if name[0] == "arm_tool_calls_total") == 1
    assert sum(n for name, n in found.items() if name[0] == "arm_step_errors_total") >= 1
    run.send(api)
    again = grown(after, counted(*watched))
    totals = [name for name in again if name[0].endswith("_total")]
    assert {name[0] for name in totals} == {"arm_ingested_items_total"}
    assert {dict(name[1:])["outcome"] for name in totals} == {"known"}


def test_an_operator_sees_the_runs_of_all_organizations(operator: str) -> None:
    work("one").send(make_house("Acme").api())
    work("two", error="It broke.").send(make_house("Globex").api())
    found = told(operator)
    assert found["arm_runs_total", ("status", "succeeded")] == 1
    assert found["arm_runs_total", ("status", "failed")] == 1
    assert found["arm_runs_duration_seconds_count",] == 2
    assert found["arm_runs_duration_seconds_bucket", ("le", "+Inf")] == 2
    assert 4 < found["arm_runs_duration_seconds_sum",] < 8
    assert ("arm_jobs", ("state", "dead")) in found
    assert found["arm_job_queue_age_seconds",] >= 0


def test_an_organization_sees_its_own_of_this_day(house: House, neighbours: House) -> None:
    work("one").send(house.api())
    work("two", error="It broke.").send(neighbours.api())
    found = told(house.key())
    with house.inside():
        today = Run.objects.filter(started_at__gte=figures._midnight()).count()
    assert found["arm_runs_total", ("status", "succeeded")] == today
    assert found["arm_runs_total", ("status", "failed")] == 0
    if today:
        assert sum(n for name, n in found.items() if name[0] == "arm_llm_calls_total") == 2
        assert sum(n for name, n in found.items() if name[0] == "arm_llm_tokens_total") == 2_350
    assert found["arm_jobs", ("state", "dead")] == 0
    assert not any(
        name[0].startswith(("arm_http", "arm_process", "arm_database")) for name in found
    )


def test_a_key_sees_what_its_scopes_allow(house: House) -> None:
    work("one").send(house.api())
    names = {name[0] for name in told(house.key(scopes=["runs.read"]))}
    assert "arm_runs_total" in names
    assert not names & {"arm_llm_cost_usd_total", "arm_jobs"}


def test_sums_that_shrink_take_nothing_back(tmp_path: Path) -> None:
    path = tmp_path / "sums.json"
    assert Growing(path).add({"monday": {"runs": 5}}) == {"runs": 5}
    assert Growing(path).add({"monday": {"runs": 4}, "tuesday": {"runs": 2}}) == {"runs": 7}
    assert Growing(path).add({"tuesday": {"runs": 3}}) == {"runs": 8}


def test_sums_are_told_although_the_file_is_damaged_or_cannot_be_written(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.json"
    damaged.write_text('{"total": {"ru')
    assert Growing(damaged).add({"monday": {"runs": 5}}) == {"runs": 5}
    nowhere = Growing(tmp_path / "nowhere" / "sums.json")
    assert nowhere.add({"monday": {"runs": 5}}) == {"runs": 5}
    assert nowhere.add({"monday": {"runs": 6}}) == {"runs": 6}
