"""Rules are looked at every five minutes; one alert stands for one cause."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.fence import acting
from accounts.models import ApiKey
from accounts.permissions import schedule
from accounts.roles import PERMISSIONS
from armproject.lib.errors import Conflict, Forbidden, InvalidInput
from governance.actions.acknowledge_alert import acknowledge_alert
from governance.actions.change_rule import change_rule
from governance.actions.clear_alert import clear_alert
from governance.actions.create_rule import create_rule
from governance.actions.delete_rule import delete_rule
from governance.actions.evaluate_rules import evaluate_rules
from governance.actions.raise_alert import raise_alert
from governance.actions.resolve_alert import resolve_alert
from governance.models import Alert, AlertEvent, AlertRule, AuditEvent, Channel, Notification
from governance.registry import Reading
from jobs.actions.run_schedule import run_schedule
from jobs.models import Job
from jobs.registry import SCHEDULES
from tests.cast import House, make_house
from tests.governance.measured import Gauge, alerts, make_channel, make_rule, measured, reading

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)


@pytest.fixture
def gauge() -> Iterator[Gauge]:
    with measured() as one:
        yield one


def evaluate(house: House, at: datetime = NOON) -> int:
    """Look at the rules as the schedule does."""
    principal = schedule("governance.evaluate_rules")
    with acting(principal, house.organization.pk, PERMISSIONS):
        return evaluate_rules(at)


def test_rules_are_evaluated_every_five_minutes_in_every_organization(house: House) -> None:
    assert SCHEDULES["governance.evaluate_rules"].every == FIVE
    assert run_schedule("governance.evaluate_rules") == 1
    with house.inside():
        assert Job.objects.filter(kind="governance.evaluate_rules").count() == 1


def test_a_crossed_threshold_opens_one_alert_and_keeps_it(house: House, gauge: Gauge) -> None:
    rule = make_rule(house, window_minutes=60)
    gauge.say("12.5")
    assert evaluate(house) == 1
    evaluate(house, NOON + FIVE)
    (alert,) = alerts(house)
    assert (alert.state, alert.rule_id, alert.occurrences) == ("open", rule.pk, 2)
    assert (alert.value, alert.threshold) == (Decimal("12.5"), Decimal(10))
    assert alert.message == (
        "Cost of Invoice bot was 12.50 USD in the last hour; the rule allows at most 10.00 USD."
    )
    assert gauge.asked[0].end == NOON
    assert gauge.asked[0].start == NOON - timedelta(hours=1)


def test_an_alert_resolves_by_itself_after_its_hold(house: House, gauge: Gauge) -> None:
    make_rule(house, hold_minutes=10)
    gauge.say(12)
    evaluate(house)
    gauge.say(3)
    evaluate(house, NOON + FIVE)
    evaluate(house, NOON + 2 * FIVE)
    assert alerts(house)[0].state == "open"
    evaluate(house, NOON + 3 * FIVE)
    (alert,) = alerts(house)
    assert (alert.state, alert.resolved_by) == ("resolved", None)
    assert alert.resolution.endswith("It is good again.")


def test_a_bad_or_unknown_reading_starts_the_hold_again(house: House, gauge: Gauge) -> None:
    make_rule(house, hold_minutes=5)
    for turn, value in enumerate([12, 3, None, 3, 12, 3]):
        gauge.say(value)
        evaluate(house, NOON + turn * FIVE)
    assert alerts(house)[0].state == "open"


def test_after_the_cooldown_a_lasting_cause_opens_again(house: House, gauge: Gauge) -> None:
    make_rule(house, cooldown_minutes=30)
    gauge.say(12)
    evaluate(house)
    (first,) = alerts(house)
    with house.inside("member"):
        resolve_alert(first, "Known, being worked on.")
    later = alerts(house)[0].resolved_at
    assert later is not None
    evaluate(house, later + timedelta(minutes=29))
    assert len(alerts(house)) == 1
    evaluate(house, later + timedelta(minutes=30))
    assert [alert.state for alert in alerts(house)] == ["resolved", "open"]


def test_a_spike_compares_with_the_window_before(house: House, gauge: Gauge) -> None:
    make_rule(house, mode="spike", threshold=Decimal(3), minimum_base=Decimal(1))
    gauge.former = [reading(10)]
    gauge.say(29)
    evaluate(house)
    assert alerts(house) == []
    gauge.say(31)
    evaluate(house, NOON + FIVE)
    (alert,) = alerts(house)
    assert alert.value == Decimal("3.1")
    assert "3.1 times that of the day before" in alert.message


def test_each_subject_has_its_own_alert(house: House, gauge: Gauge) -> None:
    make_rule(house)
    first, second = uuid4(), uuid4()
    gauge.readings = [
        reading(12, label="One", subject=first),
        reading(13, label="Two", subject=second),
        reading(1, label="Three", subject=uuid4()),
    ]
    evaluate(house)
    assert {alert.subject_id for alert in alerts(house)} == {first, second}


def test_channels_are_told_in_the_transaction_of_the_change(house: House, gauge: Gauge) -> None:
    make_channel(house)
    named = make_channel(house, name="Finance", is_default=False)
    make_rule(house, channels=[named])
    gauge.say(12)
    evaluate(house)
    with house.inside():
        (told,) = Notification.objects.all()
        job = Job.objects.get(kind="governance.deliver")
    assert (told.channel_id, told.transition, told.state) == (named.pk, "opened", "pending")
    assert job.args == {"notification": str(told.pk)}


def test_a_rule_without_recipients_tells_the_default_channels(house: House, gauge: Gauge) -> None:
    default = make_channel(house)
    make_channel(house, name="Quiet", is_default=False)
    make_rule(house)
    gauge.say(12)
    evaluate(house)
    with house.inside():
        assert [n.channel_id for n in Notification.objects.all()] == [default.pk]


def test_an_unanswered_alert_is_repeated_until_somebody_takes_it(
    house: House, gauge: Gauge
) -> None:
    make_channel(house)
    make_rule(house, remind_minutes=60)
    gauge.say(12)
    evaluate(house)
    opened = alerts(house)[0].opened_at
    evaluate(house, opened + timedelta(minutes=59))
    evaluate(house, opened + timedelta(minutes=61))
    evaluate(house, opened + timedelta(minutes=66))
    evaluate(house, opened + timedelta(minutes=121))
    with house.inside("member"):
        acknowledge_alert(alerts(house)[0])
    evaluate(house, opened + timedelta(minutes=181))
    with house.inside():
        sent = Notification.objects.order_by("id").values_list("transition", "turn")
        assert list(sent) == [("opened", 0), ("reminded", 1), ("reminded", 2)]


def test_one_rule_that_cannot_be_read_keeps_no_other_from_being_judged(
    house: House, gauge: Gauge
) -> None:
    def explode(span: Any, subject_id: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    with measured("test.broken") as broken:
        make_rule(house, name="A broken one", measure="test.broken")
        make_rule(house, name="Too dear")
        broken.read_by = explode
        gauge.say(12)
        assert evaluate(house) == 1
    assert len(alerts(house)) == 1
    with house.inside():
        assert "DataError" in AlertRule.objects.get(name="A broken one").trouble
        assert AlertRule.objects.get(name="Too dear").trouble == ""


def test_a_rule_whose_measure_is_gone_says_so(house: House) -> None:
    with measured():
        make_rule(house)
    assert evaluate(house) == 0
    with house.inside():
        assert AlertRule.objects.get().trouble == "Nothing measures test.cost any more."


def test_an_alert_about_something_that_is_gone_resolves(house: House, gauge: Gauge) -> None:
    house.key("admin")
    with house.inside():
        row = ApiKey.objects.get()
    make_rule(house)
    gauge.readings = [Reading("apikey", row.pk, "A key", Decimal(12), "USD")]
    evaluate(house)
    gauge.readings = []
    evaluate(house, NOON + FIVE)
    assert alerts(house)[0].state == "open", "a missing reading alone clears nothing"
    with house.inside():
        row.delete()
    evaluate(house, NOON + 2 * FIVE)
    assert alerts(house)[0].resolution == "What the alert is about is gone."


def test_history_tells_each_step_and_who_took_it(house: House, gauge: Gauge) -> None:
    make_rule(house)
    gauge.say(12)
    evaluate(house)
    with house.inside("member"):
        acknowledge_alert(alerts(house)[0], "I look into it.")
        resolve_alert(alerts(house)[0], "A loop; stopped.")
        steps = list(AlertEvent.objects.order_by("id").values_list("kind", "by", "note"))
        entries = set(AuditEvent.objects.filter(action__startswith="alerts.").values_list("action"))
    member = str(house.member)
    assert [step[0] for step in steps] == ["opened", "acknowledged", "resolved"]
    assert steps[0][1] == "schedule governance.evaluate_rules"
    assert steps[1][1:] == (member, "I look into it.")
    assert steps[2][1:] == (member, "A loop; stopped.")
    assert entries == {("alerts.open",), ("alerts.acknowledge",), ("alerts.resolve",)}


def test_an_alert_is_acknowledged_and_resolved_once(house: House, gauge: Gauge) -> None:
    make_rule(house)
    gauge.say(12)
    evaluate(house)
    (alert,) = alerts(house)
    with house.inside("member"):
        acknowledge_alert(alert)
        with pytest.raises(Conflict):
            acknowledge_alert(alert)
        resolve_alert(alert)
        with pytest.raises(Conflict):
            resolve_alert(alert)


def test_a_viewer_decides_nothing(house: House, gauge: Gauge) -> None:
    make_rule(house)
    gauge.say(12)
    evaluate(house)
    (alert,) = alerts(house)
    with house.inside("viewer"):
        with pytest.raises(Forbidden):
            acknowledge_alert(alert)
        with pytest.raises(Forbidden):
            resolve_alert(alert)
        with pytest.raises(Forbidden):
            create_rule(name="Mine", measure="test.cost", threshold=Decimal(1))


def test_deleting_a_rule_resolves_its_alerts_and_keeps_them(house: House, gauge: Gauge) -> None:
    rule = make_rule(house)
    gauge.say(12)
    evaluate(house)
    with house.inside():
        delete_rule(rule)
    (alert,) = alerts(house)
    assert (alert.state, alert.rule_id) == ("resolved", None)
    assert (alert.title, alert.resolution) == ("Too dear", "The rule was deleted.")


def test_a_disabled_rule_is_not_judged_and_its_alerts_resolve(house: House, gauge: Gauge) -> None:
    rule = make_rule(house)
    gauge.say(12)
    evaluate(house)
    with house.inside():
        change_rule(rule, enabled=False)
    assert evaluate(house, NOON + FIVE) == 0
    assert [alert.resolution for alert in alerts(house)] == ["The rule was disabled."]


def test_a_changed_rule_says_what_changed(house: House, gauge: Gauge) -> None:
    rule = make_rule(house)
    with house.inside():
        changed = change_rule(rule, threshold=Decimal(20), name="Much too dear")
        event = AuditEvent.objects.get(action="alert_rules.change")
    assert changed.sentence == "Cost of the organization above 20.00 USD in the last day"
    assert event.before == {"name": "Too dear", "threshold": "10"}
    assert event.after == {"name": "Much too dear", "threshold": "20"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"measure": "nobody.knows"}, "measure"),
        ({"threshold": Decimal("NaN")}, "threshold"),
        ({"threshold": Decimal("1e12")}, "threshold"),
        ({"mode": "spike", "threshold": Decimal(0)}, "threshold"),
        ({"window_minutes": 1}, "window_minutes"),
        ({"hold_minutes": 10**6}, "hold_minutes"),
        ({"severity": "dreadful"}, "severity"),
        ({"subject_id": uuid4()}, "subject_id"),
        ({"name": ""}, "name"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    house: House, gauge: Gauge, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_rule(house, **values)
    assert list(refused.value.details["fields"]) == [field]  # type: ignore[call-overload]


def test_the_database_keeps_nan_out_of_a_threshold(house: House, gauge: Gauge) -> None:
    rule = make_rule(house)
    statement = "UPDATE governance_alertrule SET threshold = 'NaN' WHERE id = %s"
    with (
        house.inside(),
        pytest.raises(IntegrityError, match="a_threshold_is_a_number"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [rule.pk])


def test_two_rules_may_not_share_a_name(house: House, neighbours: House, gauge: Gauge) -> None:
    make_rule(house)
    make_rule(neighbours)
    with pytest.raises(InvalidInput):
        make_rule(house)


def test_trouble_without_a_rule_is_raised_once_and_cleared(house: House) -> None:
    make_channel(house)
    with house.inside("member"):
        subject = Channel.objects.get()
        said = {"name": "Connection in trouble", "message": "The key was refused."}
        first = raise_alert("connection_trouble", subject, **said)
        again = raise_alert("connection_trouble", subject, **said, severity="critical")
        assert first.pk == again.pk
        assert (again.occurrences, again.severity) == (2, "critical")
        assert Notification.objects.filter(transition="opened").count() == 1
        assert clear_alert("connection_trouble", subject) is not None
        assert clear_alert("connection_trouble", subject) is None
        assert Notification.objects.filter(transition="resolved").count() == 1


def test_neighbours_hear_nothing_of_each_other(
    house: House, neighbours: House, gauge: Gauge
) -> None:
    make_channel(neighbours)
    make_rule(house)
    gauge.say(12)
    evaluate(house)
    evaluate(neighbours)
    assert len(alerts(house)) == 1
    assert alerts(neighbours) == []
    with neighbours.inside():
        assert not Notification.objects.exists()


def test_two_evaluations_at_once_open_one_alert(committed: None) -> None:
    house = make_house("Acme")
    make_channel(house)
    with measured() as gauge:
        make_rule(house)
        gauge.say(12)
        race(lambda: evaluate(house), times=4)
    assert len(alerts(house)) == 1
    with house.inside():
        assert Notification.objects.count() == 1


def test_the_same_trouble_met_twice_at_once_is_one_alert(committed: None) -> None:
    house = make_house("Acme")
    channel = make_channel(house)

    def meet() -> None:
        with house.inside():
            raise_alert("trouble", channel, name="Trouble", message="Again.")

    race(meet, times=4)
    (alert,) = alerts(house)
    assert alert.occurrences == 4
    with house.inside():
        assert Alert.objects.unresolved().count() == 1
        assert Notification.objects.count() == 1


def race(work: Any, *, times: int) -> None:
    """Run the work in as many threads at the same moment, and fail if one of them fails."""
    start, failures = Barrier(times), []

    def run() -> None:
        try:
            start.wait(10)
            work()
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
