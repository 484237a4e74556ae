"""A message is never marked sent before it is sent, and never lost while mail is down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from standardwebhooks import Webhook

from accounts.actions.remove_member import remove_member
from accounts.models import Membership, Organization
from armproject.lib.errors import Conflict, Forbidden
from armproject.lib.secret import Secret
from governance.actions.clear_alert import clear_alert
from governance.actions.create_channel import create_channel
from governance.actions.delete_channel import delete_channel
from governance.actions.deliver_notification import deliver_notification, pause_after
from governance.actions.raise_alert import raise_alert
from governance.actions.requeue_notifications import requeue_notifications
from governance.actions.resend_notification import resend_notification
from governance.actions.resolve_alert import resolve_alert
from governance.models import Channel, Notification
from jobs.actions.run_job import run_job
from jobs.models import Job, JobState
from tests.cast import House
from tests.governance.measured import make_channel
from tests.governance.receivers import Hook, MailServer, mail_server, webhook

CAUSE = "connection_trouble"


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def hook(house: House) -> Iterator[Hook]:
    with webhook() as receiver:
        with house.inside():
            house.open_hosts(receiver.host)
        yield receiver


def hook_channel(house: House, hook: Hook) -> tuple[Channel, Secret]:
    with house.inside():
        channel, secret = create_channel(
            "Hook", "webhook", target=Secret(hook.url), is_default=True
        )
    assert secret is not None
    return channel, secret


def trouble(house: House, name: str = "The vendor refuses its key") -> Any:
    """Raise an alert about the organization's first channel, which stands for anything."""
    with house.inside():
        subject = Channel.objects.order_by("id").first()
        assert subject is not None
        return raise_alert(CAUSE, subject, name=name, message="The key was refused.")


def work(house: House) -> int:
    """Do every delivery that is due, as workers do, and say how many jobs were taken."""
    with house.inside():
        due = Job.objects.filter(
            kind="governance.deliver", state=JobState.PENDING, run_after__lte=Now()
        )
        ids = list(due.order_by("id").values_list("pk", flat=True))
    for job_id in ids:
        run_job(job_id, house.organization.pk)
    return len(ids)


def pass_time(house: House) -> None:
    """Let every waiting job's time come."""
    with house.inside():
        Job.objects.filter(state=JobState.PENDING).update(run_after=Now() - timedelta(seconds=1))


def notifications(house: House) -> list[Notification]:
    with house.inside():
        return list(Notification.objects.order_by("id"))


def test_an_alert_arrives_by_mail_with_a_link_and_an_id(house: House, mail: MailServer) -> None:
    make_channel(house, emails=["a@acme.example", "b@acme.example"])
    alert = trouble(house)
    work(house)
    (sent,) = notifications(house)
    assert (sent.state, sent.attempts) == ("sent", 1)
    (message,) = mail.inbox
    assert message["Subject"] == "[ARM] Warning: The vendor refuses its key: On call"
    assert message["To"] == "a@acme.example, b@acme.example"
    assert str(sent.pk) in message["Message-ID"]
    plain, html = (part.get_payload(decode=True).decode() for part in message.get_payload())
    link = f"http://127.0.0.1:8000/studio/governance/alert/{alert.pk}/change/"
    assert "The key was refused." in plain
    assert link in plain
    assert f'href="{link}"' in html


def test_names_can_neither_break_the_mail_nor_its_markup(house: House, mail: MailServer) -> None:
    make_channel(house, name="<b>On call</b>")
    trouble(house, name="Line\r\nBcc: everybody@acme.example <script>alert(1)</script>")
    work(house)
    (message,) = mail.inbox
    assert message["Bcc"] is None
    html = message.get_payload()[1].get_payload(decode=True).decode()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_mail_that_is_down_for_a_while_loses_nothing_and_doubles_nothing(
    house: House, mail: MailServer
) -> None:
    channel = make_channel(house)
    mail.refuse = 4
    trouble(house)
    for attempt in range(4):
        assert work(house) == 1
        (failed,) = notifications(house)
        assert (failed.state, failed.attempts) == ("failed", attempt + 1)
        assert "mail server" in failed.last_error
        assert work(house) == 0, "its time has not come"
        pass_time(house)
    with house.inside():
        assert "mail server" in Channel.objects.get(pk=channel.pk).last_error
    work(house)
    pass_time(house)
    work(house)
    (sent,) = notifications(house)
    assert (sent.state, sent.last_error) == ("sent", "")
    assert (mail.tried, len(mail.inbox)) == (5, 1)
    with house.inside():
        assert Channel.objects.get(pk=channel.pk).last_error == ""
        assert Job.objects.get(kind="governance.deliver").state == JobState.DONE


def test_pauses_double_from_a_minute_to_six_hours_and_fill_a_day() -> None:
    minutes = [pause_after(n).total_seconds() / 60 for n in range(1, 13)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    assert sum(minutes) > 24 * 60


def test_the_queue_keeps_to_the_pause(house: House, mail: MailServer) -> None:
    make_channel(house)
    mail.refuse = 1
    trouble(house)
    with house.inside():
        Notification.objects.update(attempts=9)
    work(house)
    with house.inside():
        job = Job.objects.get(kind="governance.deliver")
    assert job.finished_at is not None
    assert timedelta(hours=5, minutes=59) < job.run_after - job.finished_at < timedelta(hours=6.1)


def test_after_a_day_it_is_given_up_and_the_default_channels_are_told(
    house: House, mail: MailServer, hook: Hook
) -> None:
    channel, _ = hook_channel(house, hook)
    hook.answers = [500] * 9
    trouble(house)
    fallback = make_channel(house)
    work(house)
    with house.inside():
        Channel.objects.filter(pk=channel.pk).update(is_default=False)
        Notification.objects.update(give_up_at=Now())
    pass_time(house)
    work(house)
    given_up, other = notifications(house)
    assert (given_up.state, given_up.last_error) == (
        "given_up",
        "The webhook answered 500; only 2xx means it was taken.",
    )
    assert other.channel_id == fallback.pk
    with house.inside():
        assert Job.objects.filter(state=JobState.DEAD).count() == 1


def test_what_was_given_up_can_be_sent_again_by_who_may(house: House, mail: MailServer) -> None:
    make_channel(house)
    mail.refuse = 1
    trouble(house)
    with house.inside():
        Notification.objects.update(give_up_at=Now())
    work(house)
    (given_up,) = notifications(house)
    assert given_up.state == "given_up"
    with house.inside("member"), pytest.raises(Forbidden):
        resend_notification(given_up)
    with house.inside("admin"):
        resend_notification(given_up)
    work(house)
    assert notifications(house)[0].state == "sent"
    with house.inside("admin"), pytest.raises(Conflict):
        resend_notification(given_up)


def test_a_crash_between_sending_and_marking_sends_again_under_the_same_id(
    house: House, hook: Hook
) -> None:
    _, secret = hook_channel(house, hook)
    trouble(house)
    (waiting,) = notifications(house)

    @contextmanager
    def die() -> Iterator[None]:
        raise KeyboardInterrupt
        yield

    with house.inside(), pytest.raises(KeyboardInterrupt):
        deliver_notification(waiting.pk, die)
    assert notifications(house)[0].state == "pending"
    work(house)
    assert notifications(house)[0].state == "sent"
    assert len(hook.calls) == 2
    ids = {headers["webhook-id"] for headers, _ in hook.calls}
    assert ids == {str(waiting.pk)}
    for headers, body in hook.calls:
        told = Webhook(secret.reveal()).verify(body, headers)
        assert told["type"] == "alert.opened"
        assert told["data"]["title"] == "The vendor refuses its key"


def test_what_was_sent_is_not_sent_again(house: House, hook: Hook) -> None:
    hook_channel(house, hook)
    trouble(house)
    work(house)
    (sent,) = notifications(house)
    with house.inside():
        deliver_notification(sent.pk)
    assert len(hook.calls) == 1


def test_resolved_is_not_told_before_opened(house: House, hook: Hook) -> None:
    hook_channel(house, hook)
    hook.answers = [503]
    alert = trouble(house)
    work(house)
    with house.inside():
        subject = Channel.objects.get(pk=alert.subject_id)
        clear_alert(CAUSE, subject)
    work(house)
    assert [n.state for n in notifications(house)] == ["failed", "pending"]
    pass_time(house)
    work(house)
    work(house)
    assert [n.state for n in notifications(house)] == ["sent", "sent"]
    events = [json.loads(body)["type"] for _, body in hook.calls]
    assert events == ["alert.opened", "alert.opened", "alert.resolved"]


def test_what_was_never_told_as_opened_is_not_told_as_resolved(house: House, hook: Hook) -> None:
    hook_channel(house, hook)
    hook.answers = [500]
    alert = trouble(house)
    with house.inside():
        Notification.objects.update(give_up_at=Now())
    work(house)
    with house.inside():
        clear_alert(CAUSE, Channel.objects.get(pk=alert.subject_id))
    work(house)
    assert [n.state for n in notifications(house)] == ["given_up", "given_up"]
    assert len(hook.calls) == 1


def test_a_message_goes_out_after_whoever_caused_it_has_left(house: House, hook: Hook) -> None:
    hook_channel(house, hook)
    alert = trouble(house)
    work(house)
    with house.inside("member"):
        resolve_alert(alert, "Fixed.")
    with house.inside():
        remove_member(Membership.objects.get(user=house.member))
    work(house)
    assert [n.state for n in notifications(house)] == ["sent", "sent"]
    assert json.loads(hook.calls[-1][1])["data"]["state"] == "resolved"


def test_a_message_whose_job_vanished_is_queued_again(house: House, hook: Hook) -> None:
    hook_channel(house, hook)
    trouble(house)
    with house.inside():
        Job.objects.filter(kind="governance.deliver").update(state=JobState.DEAD)
        requeue_notifications()
        requeue_notifications()
        assert Job.objects.active().count() == 1
    work(house)
    assert notifications(house)[0].state == "sent"


def test_a_message_nobody_could_send_for_a_day_is_given_up(house: House, hook: Hook) -> None:
    hook_channel(house, hook)
    trouble(house)
    with house.inside():
        Notification.objects.update(give_up_at=Now() - timedelta(hours=2))
        requeue_notifications()
    assert notifications(house)[0].state == "given_up"


def test_a_deleted_channel_is_told_nothing_and_stays_in_the_log(house: House, hook: Hook) -> None:
    channel, _ = hook_channel(house, hook)
    trouble(house)
    with house.inside():
        delete_channel(channel)
    work(house)
    (kept,) = notifications(house)
    assert (kept.state, kept.channel_id, kept.channel_label) == ("given_up", None, "Hook")
    assert hook.calls == []


def test_a_host_that_is_no_longer_allowed_is_not_called(house: House, hook: Hook) -> None:
    hook_channel(house, hook)
    trouble(house)
    with house.inside():
        Organization.objects.filter(pk=house.organization.pk).update(allowed_hosts=[])
    work(house)
    (failed,) = notifications(house)
    assert failed.state == "failed"
    assert "may not call" in failed.last_error
    assert hook.calls == []
