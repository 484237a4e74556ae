"""Alerts, rules, channels and the audit log over the API, for who may and for nobody else."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from governance.actions.raise_alert import raise_alert
from governance.models import AlertRule, AuditEvent, Channel, Notification, NotificationState
from governance.registry import MEASURES
from tests.cast import Api, House
from tests.governance.measured import Gauge, alerts, make_channel, make_rule, measured
from tests.governance.receivers import webhook

FULL_WIDTH_EQUALS = "\uff1d"
RULE = {"name": "Too dear", "measure": "test.cost", "threshold": "10", "window_minutes": 1440}


@pytest.fixture
def gauge() -> Iterator[Gauge]:
    with measured() as one:
        yield one


def trouble(house: House) -> Any:
    subject = make_channel(house)
    with house.inside():
        return raise_alert("trouble", subject, name="Trouble", message="It is broken.")


def test_a_rule_is_written_read_changed_and_deleted(house: House, api: Api, gauge: Gauge) -> None:
    channel = make_channel(house)
    made = api.post("/alert-rules", {**RULE, "channels": [str(channel.pk)]})
    assert made.status_code == 201
    rule = made.json()["data"]
    assert rule["sentence"] == "Cost of the organization above 10.00 USD in the last day"
    assert rule["channels"] == [str(channel.pk)]
    path = f"/alert-rules/{rule['id']}"
    changed = api.patch(path, {"threshold": "25.5", "channels": []}).json()["data"]
    assert (changed["threshold"], changed["channels"]) == ("25.5000000000", [])
    assert api.get("/alert-rules", measure="test.cost").json()["meta"]["total"] == 1
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_the_paths_of_the_product_brief_reach_the_same_rules(
    house: House, api: Api, gauge: Gauge
) -> None:
    made = api.post("/alerts", RULE)
    assert made.status_code == 201
    path = f"/alerts/{made.json()['data']['id']}"
    assert api.patch(path, {"severity": "critical"}).json()["data"]["severity"] == "critical"
    with house.inside():
        assert AlertRule.objects.get().severity == "critical"
    assert api.delete(path).status_code == 204
    with house.inside():
        assert not AlertRule.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"threshold": "NaN"}, "threshold"),
        ({"threshold": "Infinity"}, "threshold"),
        ({"threshold": "12345678901.5"}, "threshold"),
        ({"window_minutes": 0}, "window_minutes"),
        ({"measure": "no.such"}, "measure"),
        ({"channels": [str(uuid4())]}, "channels"),
        ({"subject_id": "x"}, "subject_id"),
    ],
)
def test_a_bad_rule_is_refused_by_field(
    api: Api, gauge: Gauge, body: dict[str, Any], field: str
) -> None:
    answer = api.post("/alert-rules", {**RULE, **body})
    assert answer.status_code == 400
    assert field in answer.json()["error"]["details"]["fields"]


def test_an_alert_is_listed_acknowledged_and_resolved(house: House, api: Api) -> None:
    alert = trouble(house)
    member = house.api("member")
    listed = member.get("/alerts", state="open", severity="warning").json()
    assert [row["id"] for row in listed["data"]] == [str(alert.pk)]
    assert member.get("/alerts", state="resolved").json()["data"] == []
    taken = member.post(f"/alerts/{alert.pk}/ack", {"note": "Mine."}).json()["data"]
    assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", str(house.member))
    over = member.post(f"/alerts/{alert.pk}/resolve", {"note": "Fixed."}).json()["data"]
    assert (over["state"], over["resolution"]) == ("resolved", "Fixed.")
    again = member.post(f"/alerts/{alert.pk}/resolve")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "CONFLICT")
    story = member.get(f"/alerts/{alert.pk}").json()["data"]["events"]
    assert [(step["kind"], step["note"]) for step in story] == [
        ("opened", "It is broken."),
        ("acknowledged", "Mine."),
        ("resolved", "Fixed."),
    ]


def test_alerts_are_found_by_rule_and_subject(house: House, api: Api, gauge: Gauge) -> None:
    from tests.governance.test_evaluate_rules import evaluate

    rule = make_rule(house)
    trouble(house)
    subject = uuid4()
    gauge.say(12, subject=subject)
    evaluate(house)
    for query in ({"rule": rule.pk}, {"subject_id": subject}, {"subject_type": "organization"}):
        (row,) = api.get("/alerts", **query).json()["data"]
        assert row["rule"] == str(rule.pk)
    assert api.get("/alerts").json()["meta"]["total"] == 2


@pytest.mark.parametrize(
    ("role", "call", "path", "status"),
    [
        ("viewer", "get", "/alerts", 200),
        ("auditor", "get", "/alerts", 403),
        ("viewer", "post", "/alerts/{alert}/ack", 403),
        ("member", "post", "/alerts/{alert}/ack", 200),
        ("member", "post", "/alert-rules", 403),
        ("developer", "post", "/alerts", 403),
        ("developer", "patch", "/alerts/{rule}", 403),
        ("developer", "delete", "/alert-rules/{rule}", 403),
        ("admin", "delete", "/alert-rules/{rule}", 204),
        ("developer", "post", "/channels", 403),
        ("developer", "post", "/channels/{channel}/test", 403),
        ("viewer", "get", "/channels", 200),
        ("viewer", "get", "/measures", 200),
        ("viewer", "post", "/alert-rule-proposals/agent-down/adopt", 403),
        ("member", "post", "/notifications/{notification}/resend", 403),
        ("owner", "get", "/audit", 200),
        ("auditor", "get", "/audit", 200),
        ("developer", "get", "/audit", 403),
        ("auditor", "get", "/audit/export", 200),
        ("member", "get", "/audit/export", 403),
    ],
)
def test_each_role_does_what_it_may(
    request: pytest.FixtureRequest, role: str, call: str, path: str, status: int
) -> None:
    house: House = request.getfixturevalue("house")
    request.getfixturevalue("gauge")
    alert, rule = trouble(house), make_rule(house)
    with house.inside():
        rows = {
            "alert": alert.pk,
            "rule": rule.pk,
            "channel": Channel.objects.get().pk,
            "notification": Notification.objects.get().pk,
        }
    body = None if call in {"get", "delete"} else {}
    assert house.api(role).call(call, path.format(**rows), body).status_code == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/alerts/{alert}"),
        ("post", "/alerts/{alert}/ack"),
        ("post", "/alerts/{alert}/resolve"),
        ("get", "/alert-rules/{rule}"),
        ("patch", "/alert-rules/{rule}"),
        ("delete", "/alert-rules/{rule}"),
        ("patch", "/alerts/{rule}"),
        ("delete", "/alerts/{rule}"),
        ("get", "/channels/{channel}"),
        ("patch", "/channels/{channel}"),
        ("delete", "/channels/{channel}"),
        ("post", "/channels/{channel}/test"),
        ("get", "/notifications/{notification}"),
        ("post", "/notifications/{notification}/resend"),
        ("get", "/audit/{event}"),
    ],
)
def test_a_foreign_id_is_not_found(
    house: House, neighbours: House, gauge: Gauge, method: str, path: str
) -> None:
    alert, rule = trouble(neighbours), make_rule(neighbours)
    with neighbours.inside():
        rows = {
            "alert": alert.pk,
            "rule": rule.pk,
            "channel": Channel.objects.get().pk,
            "notification": Notification.objects.get().pk,
            "event": AuditEvent.objects.first().pk,  # type: ignore[union-attr]
        }
    body = None if method in {"get", "delete"} else {}
    assert house.api().call(method, path.format(**rows), body).status_code == 404
    with neighbours.inside():
        assert AlertRule.objects.exists()
        assert Channel.objects.exists()
        assert alerts(neighbours)[0].state == "open"


def test_a_rule_cannot_name_a_foreign_channel(
    house: House, neighbours: House, api: Api, gauge: Gauge
) -> None:
    foreign = make_channel(neighbours)
    answer = api.post("/alert-rules", {**RULE, "channels": [str(foreign.pk)]})
    assert (answer.status_code, alerts(house)) == (400, [])


def test_a_webhook_shows_its_secrets_never_or_once(house: House, api: Api) -> None:
    with webhook() as hook:
        with house.inside():
            house.open_hosts(hook.host)
        made = api.post("/channels", {"name": "Hook", "kind": "webhook", "target": hook.url})
        assert made.status_code == 201
        secret = made.json()["data"]["signing_secret"]
        assert secret.startswith("whsec_")
        assert "s3cr3t-path" not in made.content.decode()
        path = f"/channels/{made.json()['data']['id']}"
        answers = [
            api.get(path),
            api.get("/channels"),
            api.patch(path, {"name": "Renamed", "signing_secret": secret}),
            api.post(f"{path}/test"),
            api.get("/audit"),
        ]
    for answer in answers:
        assert answer.status_code == 200
        assert secret not in answer.content.decode()
        assert "s3cr3t-path" not in answer.content.decode()
    assert answers[0].json()["data"]["leads_to"] == hook.host
    assert answers[3].json()["data"]["ok"] is True
    assert len(hook.calls) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://169.254.169.254/"])
def test_a_webhook_inwards_is_refused(house: House, api: Api, url: str) -> None:
    answer = api.post("/channels", {"name": "Hook", "kind": "webhook", "target": url})
    assert answer.status_code == 400
    assert "target" in answer.json()["error"]["details"]["fields"]
    fine = {"name": "Hook", "kind": "webhook", "target": "https://hooks.acme.example/in"}
    made = api.post("/channels", fine).json()["data"]
    assert api.patch(f"/channels/{made['id']}", {"target": url}).status_code == 400


def test_what_can_be_watched_is_told(api: Api, gauge: Gauge) -> None:
    told = {row["name"]: row for row in api.get("/measures").json()["data"]}
    assert set(told) == set(MEASURES)
    assert told["test.cost"]["unit"] == "money"
    assert told["test.cost"]["description"] == "What it cost in the window."


def test_a_ready_made_rule_is_added_once(house: House, api: Api) -> None:
    with measured("agent.down"):
        offered = api.get("/alert-rule-proposals").json()["data"]
        assert "agent-down" in {row["slug"] for row in offered}
        assert api.post("/alert-rule-proposals/agent-down/adopt").status_code == 201
        assert api.post("/alert-rule-proposals/agent-down/adopt").status_code == 409
    assert api.post("/alert-rule-proposals/no-such/adopt").status_code == 404
    with house.inside():
        assert AlertRule.objects.get().name == "Agent down"


def test_what_was_given_up_is_sent_again(house: House, api: Api) -> None:
    trouble(house)
    with house.inside():
        Notification.objects.update(state=NotificationState.GIVEN_UP)
    (row,) = api.get("/notifications", state="given_up").json()["data"]
    again = api.post(f"/notifications/{row['id']}/resend")
    assert (again.status_code, again.json()["data"]["state"]) == (200, "pending")


def test_the_audit_log_is_narrowed(house: House, api: Api, gauge: Gauge) -> None:
    rule = make_rule(house)
    trouble(house)

    def found(**query: Any) -> set[str]:
        return {row["action"] for row in api.get("/audit", **query).json()["data"]}

    assert found(action="alerts.open") == {"alerts.open"}
    assert found(resource_type="governance.alertrule", resource_id=rule.pk) == {
        "alert_rules.create"
    }
    assert "alerts.open" in found(actor=house.owner.pk)
    assert found(actor=house.viewer.pk) == set()
    assert found(**{"from": "2099-01-01T00:00:00Z"}) == set()
    assert "alerts.open" in found(**{"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"})
    assert api.get("/audit", whatever="x").status_code == 400
    assert api.get("/audit", **{"from": "yesterday"}).status_code == 400


def test_the_audit_log_is_read_on_by_cursor(house: House, api: Api) -> None:
    for turn in range(5):
        make_channel(house, name=f"Channel {turn}", is_default=False)
    first = api.get("/audit", perPage=3).json()
    rest = api.get("/audit", perPage=100, cursor=first["meta"]["nextCursor"]).json()
    with house.inside():
        everything = list(AuditEvent.objects.order_by("-id").values_list("pk", flat=True))
    read = [row["id"] for row in first["data"] + rest["data"]]
    assert read == [str(pk) for pk in everything]


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_the_audit_log_cannot_be_written(house: House, api: Api, method: str) -> None:
    make_channel(house)
    event = api.get("/audit").json()["data"][0]
    for path in ("/audit", f"/audit/{event['id']}"):
        assert api.call(method, path, {"action": "x"}).status_code in {404, 405, 403}
    assert api.get(f"/audit/{event['id']}").json()["data"] == event


def test_one_event_shows_before_and_after_and_the_request(
    house: House, api: Api, gauge: Gauge
) -> None:
    rule = make_rule(house)
    api.patch(f"/alert-rules/{rule.pk}", {"threshold": "20"})
    (row,) = api.get("/audit", action="alert_rules.change").json()["data"]
    event = api.get(f"/audit/{row['id']}").json()["data"]
    assert (event["before"], event["after"]) == ({"threshold": "10"}, {"threshold": "20"})
    assert (event["actor_kind"], event["actor_label"]) == ("api_key", "owner's key")
    assert event["request_id"]


def test_an_export_is_harmless_complete_and_recorded(house: House) -> None:
    for turn, name in enumerate(
        ["=cmd|' /C calc'!A0", "  @SUM(1)", f"{FULL_WIDTH_EQUALS}1+1", "plain"]
    ):
        make_channel(house, name=name, emails=[f"a{turn}@acme.example"], is_default=False)
    auditor = house.api("auditor")
    answer = auditor.get("/audit/export", action="channels.create")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["resource_label"] for row in rows] == [
        "plain",
        f"'{FULL_WIDTH_EQUALS}1+1",
        "'  @SUM(1)",
        "'=cmd|' /C calc'!A0",
    ]
    assert json.loads(rows[0]["after"])["name"] == "plain"
    lines = b"".join(
        auditor.get("/audit/export", action="channels.create", format="jsonl").streaming_content
    )
    assert json.loads(lines.splitlines()[0])["resource_label"] == "plain"
    with house.inside():
        exports = AuditEvent.objects.filter(action="audit.export").order_by("id")
        assert [event.details for event in exports] == [
            {"filters": {"action": "channels.create"}, "format": "csv", "rows": 4},
            {"filters": {"action": "channels.create"}, "format": "jsonl", "rows": 4},
        ]
    assert auditor.get("/audit/export", format="xml").status_code == 400


def test_an_export_holds_only_its_own_organization(house: House, neighbours: House) -> None:
    make_channel(neighbours, name="Theirs")
    text = b"".join(house.api().get("/audit/export", format="jsonl").streaming_content).decode()
    assert "Theirs" not in text


def test_a_long_export_is_read_page_by_page(
    house: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.scoping.exports.PAGE", 2)
    for turn in range(5):
        make_channel(house, name=f"Channel {turn}", is_default=False)
    answer = api.get("/audit/export", format="jsonl", action="channels.create")
    chunks = [chunk.decode() for chunk in answer.streaming_content]
    assert [len(chunk.splitlines()) for chunk in chunks] == [2, 2, 1]
    names = [json.loads(line)["resource_label"] for chunk in chunks for line in chunk.splitlines()]
    assert names == [f"Channel {turn}" for turn in range(4, -1, -1)]


def test_money_thresholds_carry_a_currency_and_others_none(api: Api, gauge: Gauge) -> None:
    made = api.post("/alert-rules", {**RULE, "currency": "eur"}).json()["data"]
    assert made["currency"] == "EUR"
    assert Decimal(made["threshold"]) == 10
