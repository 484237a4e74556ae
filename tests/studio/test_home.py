"""The home page: who sees what, that it costs little, that it stays live, and that it is right."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agents.models import Agent, Health
from armproject.home.alerts import read_alerts
from armproject.home.connections import read_connections
from armproject.home.fleet import Fleet, Share, read_fleet
from armproject.home.page import READERS, changed, read_home
from armproject.home.runs import read_runs
from armproject.home.spend import LABELS, read_spend
from connectors.models import Connection, ConnectionStatus, SyncKind, SyncRun, SyncState
from costs.models import CostSource, ModelHour
from costs.periods import Named, floor_hour, named
from costs.reports import summary
from governance.models import Alert, AlertState, Severity
from telemetry.models import RunSum
from tests.cast import Api, House
from tests.telemetry.senders import work

BUDGET = 12  # reads of the page itself, beside the session and the fence
ASIDE = ("django_session", "accounts_user", "accounts_membership", "SAVEPOINT", "set_config")


def connect(name: str = "OpenAI", **fields: Any) -> Connection:
    fields = {"vendor": "openai", "status": ConnectionStatus.HEALTHY, **fields}
    return Connection.objects.create(name=name, **fields)


def agents(number: int, **fields: Any) -> None:
    for index in range(number):
        Agent.objects.create(
            **{"vendor": "openai", "vendor_agent_id": f"{fields}{index}", "name": "A", **fields}
        )


def spend(link: Connection, amount: str, hours_ago: int = 0, currency: str = "USD") -> None:
    ModelHour.objects.create(
        connection=link,
        vendor=link.vendor,
        hour=floor_hour(timezone.now()) - timedelta(hours=hours_ago),
        model=f"m{hours_ago}",
        currency=currency,
        cost_source=CostSource.BILLED,
        cost=Decimal(amount),
    )


def alert(title: str, severity: str = Severity.WARNING, state: str = AlertState.OPEN) -> Alert:
    now = timezone.now()
    return Alert.objects.create(
        fingerprint=title,
        title=title,
        severity=severity,
        state=state,
        subject_type="agents.agent",
        subject_label="Clerk",
        message="-",
        opened_at=now,
        last_seen_at=now,
    )


def page(house: House, role: str) -> str:
    return house.browser(role).get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("role", ["owner", "admin", "developer", "member", "viewer", "auditor"])
def test_each_role_sees_the_panels_it_may_read(house: House, role: str) -> None:
    with house.inside():
        connect()
    html = page(house, role)
    with house.inside(role) as now:
        allowed = {reader.name for reader in READERS if reader.permission in now.rights}
    shown = {reader.name for reader in READERS if f'id="arm-{reader.name}"' in html}
    assert shown == allowed
    assert shown


def test_agents_are_counted_by_vendor_and_health_and_lead_to_their_list(house: House) -> None:
    with house.inside():
        agents(3, health=Health.HEALTHY)
        agents(1, health=Health.DOWN, vendor="anthropic")
        agents(1, health=Health.DOWN, vanished_at=timezone.now())
        fleet = read_fleet()
    assert fleet.total == 4
    assert {share.key: share.count for share in fleet.vendors} == {"openai": 3, "anthropic": 1}
    by_health = {share.key: share.count for share in fleet.healths}
    assert by_health == {"healthy": 3, "degraded": 0, "down": 1, "unknown": 0}
    assert fleet.sound == "75%"
    for share in (*fleet.vendors, *fleet.healths):
        listed = house.browser("viewer").get(share.url)
        assert listed.status_code == 200
        assert listed.context["cl"].result_count == share.count


def test_strangers_agents_are_not_counted(house: House, neighbours: House) -> None:
    with neighbours.inside():
        agents(2, health=Health.DOWN)
        connect()
    with house.inside():
        assert read_fleet().total == 0
        assert read_connections().total == 0


@pytest.mark.parametrize("until", [1600, 20])
@pytest.mark.parametrize("name", [Named.TODAY, Named.WEEK, Named.MONTH])
def test_spend_is_what_the_cost_reports_say(house: House, name: Named, until: int) -> None:
    with house.inside():
        link = connect()
        for hours in range(0, until, 20):
            spend(link, "1.25", hours)
        shown = {figure.label: figure for figure in read_spend(house.organization).figures}
        report = summary(named(name, timezone.now(), ZoneInfo("UTC")))
    figure = shown[LABELS[name][0]]
    assert figure.money.amount == report.totals[0].now.cost
    assert (figure.before and figure.before.amount) == report.totals[0].former
    assert (figure.before is not None) == (until > 100)


def test_other_currencies_stand_beside_and_are_never_added(house: House) -> None:
    with house.inside():
        link = connect()
        spend(link, "2")
        spend(link, "3", currency="EUR")
        month = read_spend(house.organization).figures[-1]
    assert str(month.money) == "$2.00"
    assert [str(money) for money in month.others] == ["€3.00"]


def test_half_a_month_is_not_compared_with_a_whole_one(house: House) -> None:
    with house.inside():
        spend(connect(), "2")
        assert [figure.change for figure in read_spend(house.organization).figures] == [None] * 3


def test_open_alerts_come_worst_first_then_newest_and_resolved_ones_not(house: House) -> None:
    with house.inside():
        alert("old", Severity.CRITICAL)
        alert("seen", state=AlertState.ACKNOWLEDGED)
        alert("over", state=AlertState.RESOLVED)
        found = read_alerts()
    assert [row.title for row in found.worst] == ["old", "seen"]
    assert found.total == 2
    assert found.counts[0] == ("critical", "Critical", 1)
    assert found.news == "2 open alerts. Worst: old, Clerk."


def test_connections_in_trouble_come_first_and_say_what_was_not_read(house: House) -> None:
    with house.inside():
        connect("Fine")
        link = connect("Zed", status=ConnectionStatus.NEEDS_ATTENTION, status_reason="Key expired")
        for error in ("first", "second"):
            SyncRun.objects.create(
                connection=link,
                kind=SyncKind.USAGE,
                state=SyncState.FAILED,
                started_at=timezone.now(),
                error=error,
                unread=[{"what": "keys", "why": "no right", "fault": "permission"}] * 4,
            )
        found = read_connections()
    assert [row.name for row in found.shown] == ["Zed", "Fine"]
    sync = found.shown[0].syncs[0]
    assert sync.notes == ("second", "keys: no right")
    assert sync.more == 3
    html = page(house, "viewer")
    assert "Key expired" in html
    assert "keys: no right" in html


def test_nothing_new_is_answered_with_nothing(house: House) -> None:
    with house.inside():
        connect()
        marks = [panel.mark for panel in read_home().panels]
    client = house.browser("owner")
    answer = client.get(reverse("admin:live"), {"seen": marks})
    assert answer.status_code == 204
    assert answer.content == b""


def test_only_what_changed_is_sent_again(house: House) -> None:
    with house.inside():
        connect()
        marks = [panel.mark for panel in read_home().panels]
        alert("Fresh trouble")
        assert [panel.name for panel in changed(marks)] == ["alerts"]
    answer = house.browser("owner").get(reverse("admin:live"), {"seen": marks})
    html = answer.content.decode()
    assert 'id="arm-alerts"' in html
    assert 'id="arm-spend"' not in html
    assert "1 open alert. Worst: Fresh trouble, Clerk." in html


def test_the_live_view_shows_no_more_than_the_role_may(house: House) -> None:
    html = house.browser("viewer").get(reverse("admin:live")).content.decode()
    assert 'id="arm-alerts"' in html
    assert 'id="arm-deeds"' not in html


def test_the_page_costs_the_same_however_much_there_is(house: House) -> None:
    client = house.browser("owner")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:live")).status_code == 200
        return len([q for q in queries if not any(word in q["sql"] for word in ASIDE)])

    with house.inside():
        connect()
    cost()
    few = cost()
    with house.inside():
        for number in range(12):
            link = connect(f"Link {number}")
            for kind in SyncKind:
                SyncRun.objects.create(connection=link, kind=kind, started_at=timezone.now())
            alert(f"Alert {number}")
        agents(30)
    assert cost() <= few + 1
    assert few <= BUDGET


def test_a_new_organization_is_led_to_its_first_connection(house: House) -> None:
    assert reverse("admin:connectors_connection_add") in page(house, "owner")
    html = page(house, "viewer")
    assert "Connect your first vendor" in html
    assert reverse("admin:connectors_connection_add") not in html


def test_who_belongs_nowhere_is_told_so(db: None, client: Any) -> None:
    client.force_login(User.objects.create_user("alone@example.com", "-"))
    html = client.get(reverse("admin:index")).content.decode()
    assert "You belong to no organization yet" in html
    assert client.get(reverse("admin:live")).status_code == 204


@pytest.mark.parametrize(
    ("healthy", "others", "told"), [(2, 1, "67%"), (1, 2, "33%"), (299, 1, "99%"), (3, 0, "100%")]
)
def test_the_healthy_part_is_rounded_but_all_means_all(
    healthy: int, others: int, told: str
) -> None:
    counts = {Health.HEALTHY: healthy, Health.DOWN: others, Health.UNKNOWN: 7}
    shares = tuple(Share(key, key, number, 0.0, "") for key, number in counts.items())
    assert Fleet(0, shares, (), "").sound == told


def test_the_day_of_runs_stands_beside_the_day_before(house: House, api: Api) -> None:
    for _ in range(3):
        work("porter").send(api)
    work("porter", error="Jammed.").send(api)
    with house.inside():
        RunSum.objects.filter(grain="hour", of="all").update(at=F("at") - timedelta(days=1))
        work("porter").send(api)
        shown = read_runs()
    runs, success, _ = shown.figures
    assert (runs.value, runs.change) == ("1", -75)
    assert (success.value, success.change, success.is_worse) == ("100 %", 33, False)
    assert [run.status for run in shown.newest].count("failed") == 1
    assert sum(number for _, number, _, _ in shown.hours) == 1


def test_the_home_page_shows_runs_to_who_may_read_them(house: House, api: Api) -> None:
    work("porter").send(api)
    page = house.browser("viewer").get("/studio/").content.decode()
    assert "invoke_agent porter" in page
    assert "arm-home-new" not in page
    assert "invoke_agent porter" not in house.browser("auditor").get("/studio/").content.decode()
