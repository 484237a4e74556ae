"""Alerts, rules, channels and the audit log in the Studio."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from armproject.lib.secret import Secret
from governance.actions.raise_alert import raise_alert
from governance.models import Alert, AlertRule, AuditEvent, Channel, Notification, NotificationState
from tests.cast import House
from tests.governance.measured import Gauge, make_channel, make_rule, measured

STUDIO = "/studio/governance"
RULE = {
    "name": "Too dear",
    "measure": "test.cost",
    "subject_id": "",
    "comparison": "above",
    "threshold": "10",
    "mode": "threshold",
    "minimum_base": "0",
    "window_minutes": "1440",
    "severity": "critical",
    "hold_minutes": "10",
    "cooldown_minutes": "30",
    "remind_minutes": "0",
    "enabled": "on",
}


@pytest.fixture
def gauge() -> Iterator[Gauge]:
    with measured() as one:
        yield one


def trouble(house: House, name: str = "Trouble") -> Alert:
    subject = make_channel(house)
    with house.inside():
        return raise_alert("trouble", subject, name=name, message="It is broken.")


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def said(client: Client, path: str, body: dict[str, Any]) -> tuple[int, str]:
    """Post a form, follow to the page it leads to and return its text."""
    answer = client.post(path, body, follow=True)
    return answer.status_code, answer.content.decode()


def test_empty_pages_say_what_to_do_next(house: House) -> None:
    owner = house.browser()
    assert "Nothing is watched yet" in page(owner, f"{STUDIO}/alert/")
    assert "Say what should wake you" in page(owner, f"{STUDIO}/alertrule/")
    assert "Whom should ARM tell?" in page(owner, f"{STUDIO}/channel/")
    assert "No message was sent yet" in page(owner, f"{STUDIO}/notification/")
    viewer = house.browser("viewer")
    assert "Ask an admin" in page(viewer, f"{STUDIO}/alertrule/")
    assert "Ask an admin" in page(viewer, f"{STUDIO}/channel/")


def test_a_rule_is_written_in_a_form_and_said_back(house: House, gauge: Gauge) -> None:
    channel = make_channel(house)
    owner = house.browser()
    assert "Of the organization" in page(owner, f"{STUDIO}/alertrule/add/")
    status, text = said(owner, f"{STUDIO}/alertrule/add/", {**RULE, "recipients": [channel.pk]})
    assert status == 200
    assert "Cost of the organization above 10.00 USD in the last day. Then tell On call." in text
    with house.inside():
        rule = AlertRule.objects.get()
        assert (rule.severity, rule.threshold) == ("critical", Decimal(10))
        assert list(rule.channels.all()) == [channel]
    said(owner, f"{STUDIO}/alertrule/{rule.pk}/change/", {**RULE, "threshold": "20"})
    with house.inside():
        changed = AlertRule.objects.get()
        assert (changed.threshold, changed.channels.count()) == (20, 0)
    said(owner, f"{STUDIO}/alertrule/{rule.pk}/delete/", {"post": "yes"})
    with house.inside():
        assert not AlertRule.objects.exists()


def test_what_a_rule_gets_wrong_stands_beside_the_field(house: House, gauge: Gauge) -> None:
    make_rule(house, name="Taken")
    status, text = said(house.browser(), f"{STUDIO}/alertrule/add/", {**RULE, "name": "Taken"})
    assert (status, "Another rule has this name." in text) == (200, True)
    _, text = said(
        house.browser(), f"{STUDIO}/alertrule/add/", {**RULE, "mode": "spike", "threshold": "0"}
    )
    assert "Name a ratio above 0." in text


def test_a_ready_made_rule_takes_one_click(house: House) -> None:
    with measured("agent.down"):
        owner = house.browser()
        assert "Agent down" in page(owner, f"{STUDIO}/alertrule/")
        assert owner.get(f"{STUDIO}/alertrule/adopt").status_code == 403
        said(owner, f"{STUDIO}/alertrule/adopt", {"slug": "agent-down"})
        with house.inside():
            assert AlertRule.objects.get().name == "Agent down"
        assert 'value="agent-down"' not in page(owner, f"{STUDIO}/alertrule/")
        member = house.browser("member")
        assert member.post(f"{STUDIO}/alertrule/adopt", {"slug": "cost-spike"}).status_code == 403


def test_alerts_are_listed_by_state_and_shown_with_their_history(house: House) -> None:
    alert = trouble(house, name="<b>Trouble</b>")
    viewer = house.browser("viewer")
    listed = page(viewer, f"{STUDIO}/alert/")
    assert "&lt;b&gt;Trouble&lt;/b&gt;" in listed
    assert "<b>Trouble</b>" not in listed
    assert "No alerts here" in page(viewer, f"{STUDIO}/alert/?state=resolved")
    shown = page(viewer, f"{STUDIO}/alert/{alert.pk}/change/")
    assert "It is broken." in shown
    assert "Opened" in shown
    assert "On call" in shown


def test_a_link_alone_decides_nothing(house: House) -> None:
    alert = trouble(house)
    owner = house.browser()
    for step in ("acknowledge", "resolve"):
        assert owner.get(f"{STUDIO}/alert/{alert.pk}/{step}/").status_code == 200
    with house.inside():
        assert Alert.objects.get().state == "open"


def test_a_member_acknowledges_and_resolves_with_a_note(house: House) -> None:
    alert = trouble(house)
    member = house.browser("member")
    path = f"{STUDIO}/alert/{alert.pk}"
    htmx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}/change/"}
    form = {"_form_submitted": "on", "note": "Mine."}
    answer = member.post(f"{path}/acknowledge/", form, headers=htmx)
    assert answer.headers["HX-Redirect"] == f"http://testserver{path}/change/"
    assert "Mine." in page(member, f"{path}/change/")
    elsewhere = {**htmx, "HX-Current-URL": "https://evil.example/"}
    answer = member.post(f"{path}/resolve/", form, headers=elsewhere)
    assert answer.headers["HX-Redirect"] == f"{STUDIO}/alert/"
    with house.inside():
        assert (Alert.objects.get().state, Alert.objects.get().resolution) == ("resolved", "Mine.")
    viewer = house.browser("viewer")
    assert viewer.post(f"{path}/resolve/", form).status_code == 403


def test_many_alerts_are_resolved_at_once(house: House) -> None:
    alert = trouble(house)
    body = {"action": "resolve_many", "_selected_action": [str(alert.pk)]}
    _, text = said(house.browser("member"), f"{STUDIO}/alert/", body)
    assert "Resolved: 1." in text


def test_a_channel_is_added_tested_and_deleted(house: House, mailoutbox: list[Any]) -> None:
    owner = house.browser()
    body = {"name": "Team", "kind": "email", "emails": "a@acme.example\nb@acme.example"}
    _, text = said(owner, f"{STUDIO}/channel/add/", body)
    assert "Send a test message" in text
    with house.inside():
        channel = Channel.objects.get()
    assert channel.emails == ["a@acme.example", "b@acme.example"]
    _, text = said(owner, f"{STUDIO}/channel/{channel.pk}/try_out/", {"_form_submitted": "on"})
    assert "A test message went to" in text
    assert len(mailoutbox) == 1
    said(owner, f"{STUDIO}/channel/{channel.pk}/delete/", {"post": "yes"})
    with house.inside():
        assert not Channel.objects.exists()


def test_a_secret_is_shown_once_and_kept_when_left_empty(house: House) -> None:
    owner = house.browser()
    body = {"name": "Hook", "kind": "webhook", "target": "https://hooks.acme.example/s3cr3t"}
    _, text = said(owner, f"{STUDIO}/channel/add/", body)
    assert "whsec_" in text
    with house.inside():
        channel = Channel.objects.get()
        sealed = bytes(channel.target_sealed or b"")
    form = page(owner, f"{STUDIO}/channel/{channel.pk}/change/")
    listed = page(owner, f"{STUDIO}/channel/")
    for text in (form, listed):
        assert "s3cr3t" not in text
    said(owner, f"{STUDIO}/channel/{channel.pk}/change/", {"name": "Renamed", "is_default": "on"})
    with house.inside():
        kept = Channel.objects.get()
    assert (kept.name, kept.is_default) == ("Renamed", True)
    assert bytes(kept.target_sealed or b"") == sealed


def test_an_inward_webhook_is_refused_beside_its_field(house: House) -> None:
    body = {"name": "Hook", "kind": "webhook", "target": "https://169.254.169.254/"}
    _, text = said(house.browser(), f"{STUDIO}/channel/add/", body)
    assert "ARM may not call this address" in text


def test_what_was_given_up_is_shown_and_sent_again(house: House) -> None:
    alert = trouble(house)
    with house.inside():
        Notification.objects.update(state=NotificationState.GIVEN_UP, last_error="Mail was down.")
        pk = Notification.objects.get().pk
    owner = house.browser()
    assert "could not be delivered" in page(owner, f"{STUDIO}/alert/")
    assert "Mail was down." in page(owner, f"{STUDIO}/alert/{alert.pk}/change/")
    assert "Mail was down." in page(owner, f"{STUDIO}/notification/")
    _, text = said(owner, f"{STUDIO}/notification/{pk}/resend/", {"_form_submitted": "on"})
    assert "Queued again." in text
    with house.inside():
        assert Notification.objects.get().state == "pending"


def test_the_audit_log_is_read_searched_and_exported(house: House, gauge: Gauge) -> None:
    rule = make_rule(house)
    house.browser().post(f"{STUDIO}/alertrule/{rule.pk}/change/", {**RULE, "threshold": "33"})
    auditor = house.browser("auditor")
    assert "alert_rules.create" in page(auditor, f"{STUDIO}/auditevent/")
    assert "alert_rules.create" not in page(auditor, f"{STUDIO}/auditevent/?q=members.add")
    assert "alert_rules.change" in page(auditor, f"{STUDIO}/auditevent/?period=hour")
    with house.inside():
        event = AuditEvent.objects.get(action="alert_rules.change")
    shown = page(auditor, f"{STUDIO}/auditevent/{event.pk}/change/")
    assert "<code>10</code>" in shown
    assert "<code>33</code>" in shown
    answer = auditor.get(f"{STUDIO}/auditevent/export.csv?q=alert_rules.change")
    text = b"".join(answer.streaming_content).decode()
    assert text.count("\r\n") == 2
    for role in ("developer", "member", "viewer"):
        assert house.browser(role).get(f"{STUDIO}/auditevent/").status_code == 403
        assert house.browser(role).get(f"{STUDIO}/auditevent/export.csv").status_code == 403


@pytest.mark.parametrize("path", ["add/", "{event}/delete/"])
def test_the_studio_cannot_write_the_audit_log(house: House, path: str) -> None:
    with house.inside():
        event = AuditEvent.objects.first()
        assert event is not None
    answer = house.browser().post(
        f"{STUDIO}/auditevent/{path.format(event=event.pk)}", {"post": "yes"}
    )
    assert answer.status_code == 403


def test_a_foreign_row_is_not_shown(house: House, neighbours: House, gauge: Gauge) -> None:
    alert, rule = trouble(neighbours), make_rule(neighbours)
    with neighbours.inside():
        event = AuditEvent.objects.first()
        channel = Channel.objects.get()
        assert event is not None
    owner = house.browser()
    for path in (
        f"alert/{alert.pk}",
        f"alertrule/{rule.pk}",
        f"channel/{channel.pk}",
        f"auditevent/{event.pk}",
    ):
        answer = owner.get(f"{STUDIO}/{path}/change/", follow=True)
        assert "It is broken." not in answer.content.decode()
        assert answer.redirect_chain, "Django leads home from what does not exist"
    owner.post(f"{STUDIO}/alert/{alert.pk}/resolve/", {"_form_submitted": "on", "note": ""})
    with neighbours.inside():
        assert Alert.objects.get().state == "open"


def test_lists_cost_the_same_few_queries_however_long(
    house: House, gauge: Gauge, django_assert_max_num_queries: Any
) -> None:
    for turn in range(12):
        make_channel(house, name=f"Channel {turn}", is_default=False)
        make_rule(house, name=f"Rule {turn}")
    trouble(house)
    owner = house.browser()
    for noun in ("alert", "alertrule", "channel", "notification", "auditevent"):
        with django_assert_max_num_queries(26):
            page(owner, f"{STUDIO}/{noun}/")


def test_a_channels_page_shows_its_kind_and_where_it_leads(house: House) -> None:
    mail = make_channel(house)
    chat = make_channel(
        house,
        name="Chat",
        kind="slack",
        emails=[],
        target=Secret("https://hooks.slack.com/services/T0ABCDEFG/B0ABCDEFG/abcDEF123456abcDEF1"),
    )
    owner = house.browser()
    path = f"{STUDIO}/channel/{mail.pk}/change/"
    shown = page(owner, path)
    assert "oncall@acme.example" in shown
    assert 'name="kind"' in shown, "the page's conditions ask for the kind"
    said(owner, path, {"name": "On call", "emails": "new@acme.example", "is_default": "on"})
    with house.inside():
        assert Channel.objects.get(pk=mail.pk).emails == ["new@acme.example"]
    shown = page(owner, f"{STUDIO}/channel/{chat.pk}/change/")
    assert "hooks.slack.com" in shown
    assert "abcDEF123456" not in shown
    seen = page(house.browser("viewer"), f"{STUDIO}/channel/{chat.pk}/change/")
    assert "hooks.slack.com" in seen
    assert "Slack" in seen
