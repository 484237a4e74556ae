"""The demo is what a company would have after its first minutes, and is made once."""

import stat

from django.contrib.auth import authenticate
from django.db.models import Count

from accounts.fence import fenced
from agents.models import Agent
from armproject.demo.traces import RUNS
from connectors.models import Connection, ConnectionStatus
from costs.models import ModelHour
from governance.models import AuditEvent, Notification, NotificationState
from jobs.models import Job, JobState
from telemetry.models import Run
from telemetry.reports.conversation import conversation
from tests.studio.conftest import Demo


def counts(demo: Demo) -> dict[str, int]:
    with demo.company.at_work(), fenced():
        return {
            model.__name__: model.objects.count()
            for model in (Agent, Connection, AuditEvent, Notification, Job)
        }


def test_agents_of_both_vendors_are_found_and_checked(demo: Demo) -> None:
    assert set(demo.facts["agents"]) == {"openai", "anthropic", "custom"}
    assert all(demo.facts["agents"][vendor] > 3 for vendor in ("openai", "anthropic"))
    assert demo.facts["checked"] == sum(demo.facts["agents"].values())
    assert demo.facts["health"]["healthy"] > 0


def test_money_is_known(demo: Demo) -> None:
    with demo.company.at_work(), fenced():
        assert sum(hour.cost for hour in ModelHour.objects.filter(currency="USD")) > 1
    assert "USD" in demo.facts["costs this month"]


def test_an_alert_was_raised_and_mailed(demo: Demo) -> None:
    assert demo.facts["alerts"] >= 1
    assert demo.facts["notified"] == demo.facts["mails"] >= 1
    letters = [path.read_text() for path in (demo.folder / "mail").iterdir()]
    assert all("owner@example.com" in letter for letter in letters)


def test_both_connections_are_healthy(demo: Demo) -> None:
    with demo.company.at_work(), fenced():
        states = dict(Connection.objects.values_list("status").annotate(Count("pk")))
    assert states == {ConnectionStatus.HEALTHY: 2}


def test_no_work_was_given_up(demo: Demo) -> None:
    with demo.company.at_work(), fenced():
        assert list(Job.objects.filter(state=JobState.DEAD).values("kind", "last_error")) == []
        assert not Notification.objects.exclude(state=NotificationState.SENT).exists()


def test_the_owner_signs_in_with_what_the_file_says(demo: Demo) -> None:
    path = demo.folder / "sign-in.txt"
    email, password = (line.split()[-1] for line in path.read_text().splitlines())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    owner = authenticate(username=email, password=password)
    assert owner == demo.company.owner
    assert demo.company.owner.is_operator


def test_every_step_is_told_with_its_seconds(demo: Demo) -> None:
    steps = demo.said[:-1]
    assert len(steps) >= 6
    assert all(step.endswith(" s") for step in steps)


def test_a_second_run_changes_nothing_and_says_so(demo: Demo) -> None:
    before = counts(demo)
    said = demo.run()
    assert said[0] == "The demo is there already; nothing was changed."
    assert counts(demo) == before


def test_own_agents_are_found_by_what_they_tell(demo: Demo) -> None:
    with demo.company.at_work(), fenced():
        found = Agent.objects.filter(discovered_via="telemetry")
        assert sorted(found.values_list("name", flat=True)) == ["Clause finder", "Parcel desk"]
        ends = dict(Run.objects.values_list("status").annotate(Count("pk")))
        run = Run.objects.filter(status="succeeded").first()
        assert run is not None
        assert [said.role for said in conversation(run).messages][-1] == "assistant"
    assert demo.facts["runs"] == sum(ends.values()) == RUNS
    assert 0 < ends["failed"] < ends["succeeded"]
