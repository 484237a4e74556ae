"""What happens reaches whoever subscribed: signed, in order, at least once, and nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.fence import acting
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib.errors import Conflict, Forbidden, InvalidInput
from armproject.lib.secret import Secret
from governance.actions.raise_alert import raise_alert
from governance.models import Alert
from jobs.actions.change_subscription import change_subscription
from jobs.actions.create_subscription import create_subscription
from jobs.actions.delete_subscription import delete_subscription
from jobs.actions.deliver_events import deliver_events, pause_after
from jobs.actions.prune_outbox import prune_outbox
from jobs.actions.publish_events import News, publish_events
from jobs.actions.replay_dead_letters import replay_dead_letters
from jobs.actions.replay_delivery import replay_delivery
from jobs.actions.replay_events_since import replay_events_since
from jobs.actions.rotate_subscription_secret import rotate_subscription_secret
from jobs.actions.send_outbox import send_outbox
from jobs.actions.test_subscription import test_subscription as try_out
from jobs.models import Delivery, DeliveryState, Job, OutboxEvent, Subscription
from jobs.reports import dead_letters, lost_events, outbox_figures, outbox_lag
from tests.cast import House, make_house
from tests.governance.receivers import Hook, webhook
from tests.jobs.meanwhile import meanwhile

TOPIC, OTHER = "agent.paused", "alert.opened"


@pytest.fixture
def house(committed: None) -> House:
    return make_house("Acme")


@pytest.fixture
def hook(house: House) -> Iterator[Hook]:
    with webhook() as receiver:
        house.open_hosts(receiver.host)
        yield receiver


def subscribe(house: House, hook: Hook, name: str = "Hook") -> tuple[Subscription, Secret]:
    with house.inside():
        return create_subscription(name, address=Secret(hook.url), topics=[TOPIC])


def happen(house: House, *subjects: str, topic: str = TOPIC) -> None:
    with house.inside():
        publish_events([News(topic, each, {"n": each}) for each in subjects])


def turn(house: House, subscription: Subscription) -> int:
    """Send what is due, as a worker does."""
    with acting(system("subscriptions"), house.organization.pk, PERMISSIONS):
        return deliver_events(subscription.pk)


def heard(hook: Hook) -> list[str]:
    """Return the subjects of all events that arrived, in their order."""
    told = [json.loads(body)["data"] for _, body in hook.calls]
    return [event["subject_id"] for events in told for event in events]


def only(house: House) -> Delivery:
    with house.inside():
        return Delivery.objects.get()


def skip_pause(house: House, **more: Any) -> None:
    with house.inside():
        Delivery.objects.unsent().update(next_try_at=Now(), **more)


def test_what_happens_arrives_signed_and_in_order(house: House, hook: Hook) -> None:
    subscription, secret = subscribe(house, hook)
    happen(house, "1", "2")
    happen(house, "3")
    assert turn(house, subscription) == 1
    assert heard(hook) == ["1", "2", "3"]
    headers, body = hook.calls[0]
    assert Webhook(secret.reveal()).verify(body, headers)
    assert json.loads(body)["data"][0]["type"] == TOPIC
    row = only(house)
    assert (row.state, row.attempts, row.response_code) == (DeliveryState.DELIVERED, 1, 204)
    assert headers["webhook-id"] == str(row.pk)
    assert turn(house, subscription) == 0


def test_work_is_queued_when_something_happened(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    happen(house, "1")
    with house.inside():
        job = Job.objects.get(kind="jobs.deliver_events")
    assert job.args == {"subscription": str(subscription.pk)}
    assert job.lane == f"webhook:{house.organization.pk}"


def test_the_clock_makes_up_for_a_process_that_died_after_the_commit(
    house: House, hook: Hook
) -> None:
    subscribe(house, hook)
    happen(house, "1")
    with house.inside():
        Job.objects.all().delete()
        assert send_outbox() == 1
        assert Job.objects.filter(kind="jobs.deliver_events").count() == 1


def test_nothing_is_written_where_nobody_listens(house: House, hook: Hook) -> None:
    happen(house, "1")
    subscription, _ = subscribe(house, hook)
    happen(house, "2", topic=OTHER)
    with house.inside():
        change_subscription(subscription, is_on=False)
    happen(house, "3")
    with house.inside():
        assert not OutboxEvent.objects.exists()
        change_subscription(subscription, is_on=True)
    happen(house, "4")
    turn(house, subscription)
    assert heard(hook) == ["4"]


def test_news_of_a_change_that_did_not_happen_is_no_news(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    with house.inside():
        publish_events([News(TOPIC, "1")])
        transaction.set_rollback(True)
    turn(house, subscription)
    assert hook.calls == []


def test_the_same_news_is_told_once(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    with house.inside():
        news = [News(TOPIC, "1", id=UUID(int=7))]
        assert (publish_events(news), publish_events(news)) == (1, 0)
    turn(house, subscription)
    assert heard(hook) == ["1"]


def test_more_than_a_hundred_events_take_several_requests(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    many = [str(n) for n in range(250)]
    happen(house, *many)
    assert turn(house, subscription) == 3
    assert [len(json.loads(body)["data"]) for _, body in hook.calls] == [100, 100, 50]
    assert heard(hook) == many


def test_what_an_older_transaction_writes_late_is_not_passed_over(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    with meanwhile() as other:
        other.execute("SELECT pg_current_xact_id()")  # it began before, and is not over
        happen(house, "2")
        assert turn(house, subscription) == 0, "whatever is older may still come"
        other.execute(
            "SELECT set_config('arm.organization', %s, true)", [str(house.organization.pk)]
        )
        other.execute(
            "INSERT INTO jobs_outboxevent (id, organization_id, topic, subject_id, payload)"
            " VALUES (gen_random_uuid(), %s, %s, '1', '{}')",
            [house.organization.pk, TOPIC],
        )
        other.commit()
    turn(house, subscription)
    assert heard(hook) == ["1", "2"]


def test_what_fails_is_tried_again_under_the_same_id_and_holds_up_what_follows(
    house: House, hook: Hook
) -> None:
    subscription, _ = subscribe(house, hook)
    hook.answers = [500]
    happen(house, "1")
    assert turn(house, subscription) == 0
    happen(house, "2")
    assert turn(house, subscription) == 0, "its pause is not over"
    row = only(house)
    assert (row.state, row.response_code) == (DeliveryState.FAILED, 500)
    assert row.next_try_at > timezone.now()
    with house.inside():
        assert outbox_lag() > 0
        assert Delivery.objects.unsent().get().attempts == 1
    assert outbox_figures().retrying == 1
    skip_pause(house)
    assert turn(house, subscription) == 2
    assert heard(hook) == ["1", "1", "2"]
    first, second, _ = (headers["webhook-id"] for headers, _ in hook.calls)
    assert first == second
    with house.inside():
        assert outbox_lag() == 0


def test_pauses_double_from_a_minute_to_six_hours() -> None:
    pauses = [pause_after(n) for n in range(1, 15)]
    assert timedelta(seconds=48) <= pauses[0] <= timedelta(seconds=72)
    assert max(pauses) <= timedelta(hours=7.2)
    assert timedelta(hours=4.8) <= pauses[-1]


def give_up(house: House, hook: Hook, subscription: Subscription) -> None:
    hook.answers = [503]
    happen(house, "1")
    turn(house, subscription)
    hook.answers = [503]
    skip_pause(house, give_up_at=timezone.now() - timedelta(seconds=1))
    turn(house, subscription)


def test_after_a_day_it_is_given_up_the_subscription_is_paused_and_people_are_told(
    house: House, hook: Hook
) -> None:
    subscription, _ = subscribe(house, hook)
    give_up(house, hook, subscription)
    happen(house, "2")
    assert turn(house, subscription) == 0
    with house.inside():
        subscription.refresh_from_db()
        assert subscription.state == "paused"
        assert Alert.objects.get().subject_id == subscription.pk
        assert dead_letters() == 1
        with pytest.raises(Conflict):
            replay_delivery(Delivery.objects.get())
        change_subscription(subscription, is_on=True)
        assert Alert.objects.get().state == "resolved"
    turn(house, subscription)
    assert heard(hook)[-1] == "2", "what happened meanwhile was kept"
    with house.inside():
        replay_delivery(Delivery.objects.dead().get())
    turn(house, subscription)
    assert heard(hook)[-1] == "1"
    assert hook.calls[-1][0]["webhook-id"] == hook.calls[0][0]["webhook-id"]


def test_everything_that_was_given_up_is_replayed_at_once(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    give_up(house, hook, subscription)
    with house.inside():
        change_subscription(subscription, is_on=True)
        assert replay_dead_letters(subscription) == 1
    turn(house, subscription)
    assert heard(hook)[-1] == "1"
    with house.inside():
        assert dead_letters() == 0


def test_what_happened_since_a_moment_is_sent_again_with_the_same_ids(
    house: House, hook: Hook
) -> None:
    subscription, _ = subscribe(house, hook)
    before = timezone.now()
    happen(house, "1", "2")
    turn(house, subscription)
    with house.inside():
        assert replay_events_since(subscription, before - timedelta(hours=1)) == 2
        with pytest.raises(InvalidInput):
            replay_events_since(subscription, timezone.now() + timedelta(days=1))
    turn(house, subscription)
    assert heard(hook) == ["1", "2", "1", "2"]
    ids = [[event["id"] for event in json.loads(body)["data"]] for _, body in hook.calls]
    assert ids[0] == ids[1]


def test_one_receiver_that_is_down_delays_no_other(house: House, hook: Hook) -> None:
    with house.inside():
        house.open_hosts(hook.host, "127.0.0.1:9")
        down, _ = create_subscription("Down", address=Secret("http://127.0.0.1:9/"), topics=[TOPIC])
    up, _ = subscribe(house, hook)
    happen(house, "1")
    assert turn(house, down) == 0
    assert turn(house, up) == 1
    assert heard(hook) == ["1"]


def test_a_receiver_that_takes_its_time_gives_the_worker_back_and_hears_the_rest(
    house: House, hook: Hook
) -> None:
    subscription, _ = subscribe(house, hook)
    happen(house, *map(str, range(101)))
    with acting(system("subscriptions"), house.organization.pk, PERMISSIONS):
        assert deliver_events(subscription.pk, longest=0) == 1
    with house.inside():
        queued = Job.objects.filter(kind="jobs.deliver_events", state="pending")
        assert queued.filter(run_after__lte=Now()).exists()
    assert turn(house, subscription) == 1
    assert len(heard(hook)) == 101


def test_who_lets_a_host_fail_closes_it_for_nobody_else(house: House, hook: Hook) -> None:
    others = make_house("Globex")
    others.open_hosts(hook.host)
    ours, _ = subscribe(house, hook)
    theirs, _ = subscribe(others, hook)
    with house.inside():
        hook.answers = [500] * 5
        answered = [try_out(ours).response_code for _ in range(6)]
    assert answered == [*[500] * 5, None]
    with others.inside():
        assert try_out(theirs).ok


def test_what_is_being_sent_again_is_not_asked_for_once_more(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    since = timezone.now() - timedelta(hours=1)
    happen(house, "1")
    turn(house, subscription)
    with house.inside():
        replay_events_since(subscription, since)
        with pytest.raises(Conflict):
            replay_events_since(subscription, since)
    turn(house, subscription)
    with house.inside():
        assert replay_events_since(subscription, since) == 1


def test_two_secrets_count_for_a_day(house: House, hook: Hook) -> None:
    subscription, old = subscribe(house, hook)
    with house.inside():
        new = rotate_subscription_secret(subscription)
    happen(house, "1")
    turn(house, subscription)
    headers, body = hook.calls[0]
    for secret in (old, new):
        assert Webhook(secret.reveal()).verify(body, headers)
    with house.inside():
        Subscription.objects.update(former_until=timezone.now() - timedelta(seconds=1))
    happen(house, "2")
    turn(house, subscription)
    headers, body = hook.calls[1]
    assert len(headers["webhook-signature"].split()) == 1
    assert Webhook(new.reveal()).verify(body, headers)


def test_a_test_event_says_what_was_answered(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    with house.inside():
        assert try_out(subscription).ok
        hook.answers = [404]
        trial = try_out(subscription)
    assert (trial.ok, trial.response_code) == (False, 404)
    assert json.loads(hook.calls[0][1])["data"][0]["type"] == "subscription.test"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("topics", {"topics": ["nothing.known"]}),
        ("topics", {"topics": []}),
        ("kind", {"kind": "pigeon"}),
        ("address", {"address": Secret("http://169.254.169.254/latest")}),
        ("address", {"address": Secret("no address")}),
    ],
)
def test_what_cannot_be_sent_to_is_refused(
    house: House, hook: Hook, field: str, values: dict[str, Any]
) -> None:
    good = {"address": Secret(hook.url), "topics": [TOPIC]}
    with house.inside(), pytest.raises(InvalidInput) as refused:
        create_subscription("Bad", **{**good, **values})
    assert field in refused.value.details["fields"]  # type: ignore[operator]


def test_only_those_who_may_subscribe(house: House, hook: Hook) -> None:
    with house.inside("developer"), pytest.raises(Forbidden):
        create_subscription("Hook", address=Secret(hook.url), topics=[TOPIC])


def test_what_everybody_has_is_forgotten_after_a_week_and_what_nobody_took_is_counted(
    house: House, hook: Hook
) -> None:
    subscription, _ = subscribe(house, hook)
    happen(house, "1")
    turn(house, subscription)
    happen(house, "2", "3")
    with house.inside():
        OutboxEvent.objects.update(created_at=timezone.now() - timedelta(days=8))
        assert prune_outbox() == 1, "what somebody waits for stays"
        OutboxEvent.objects.update(created_at=timezone.now() - timedelta(days=31))
        assert prune_outbox() == 2
        assert lost_events() == 2
        assert outbox_lag() == 0


def test_an_alert_is_told_when_it_opens(house: House, hook: Hook) -> None:
    with house.inside():
        subscription, _ = create_subscription("A", address=Secret(hook.url), topics=[OTHER])
    with house.inside():
        alert = raise_alert("test", house.organization, name="Trouble", message="It is broken.")
    turn(house, subscription)
    (event,) = json.loads(hook.calls[0][1])["data"]
    assert (event["type"], event["subject_id"]) == (OTHER, str(alert.pk))
    assert event["data"]["title"] == "Trouble"
    assert "broken" not in str(event), "messages may repeat what others said"


def test_an_ended_subscription_leaves_nothing(house: House, hook: Hook) -> None:
    subscription, _ = subscribe(house, hook)
    happen(house, "1")
    with house.inside():
        delete_subscription(subscription)
    assert turn(house, subscription) == 0
    assert hook.calls == []


def test_a_stranger_hears_nothing_of_us(house: House, hook: Hook) -> None:
    strangers = make_house("Globex")
    strangers.open_hosts(hook.host)
    theirs, _ = subscribe(strangers, hook)
    ours, _ = subscribe(house, hook)
    happen(strangers, "theirs")
    assert turn(house, ours) == 0
    assert turn(house, theirs) == 0, "a foreign subscription is none"
    assert hook.calls == []
