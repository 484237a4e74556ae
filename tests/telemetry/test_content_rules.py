"""How much of what is said is kept: who decides it, and what redaction recognises."""

from html import unescape
from typing import Any

import pytest

from accounts.models import Organization
from agents.actions.register_agent import register_agent
from governance.models import AuditEvent
from telemetry.content.recognising import compiled
from telemetry.content.redacting import Redactor
from tests.cast import Api, House

RULES = "/content-rules"
PATTERNS = "/redaction-patterns"


def test_a_rule_is_set_changed_and_dropped_and_each_is_recorded(house: House, api: Api) -> None:
    made = api.post(RULES, {"mode": "full"})
    assert made.status_code == 201, made.content
    changed = api.post(RULES, {"mode": "redacted"}).json()["data"]
    assert (changed["id"], changed["agent"]) == (made.json()["data"]["id"], None)
    assert [rule["mode"] for rule in api.get(RULES).json()["data"]] == ["redacted"]
    assert api.delete(f"{RULES}/{changed['id']}").status_code == 204
    assert api.get(RULES).json()["data"] == []
    with house.inside():
        told = AuditEvent.objects.filter(action__startswith="content_rules.").order_by("id")
        assert [(event.action, event.before, event.after) for event in told] == [
            ("content_rules.set", {}, {"mode": "full"}),
            ("content_rules.set", {"mode": "full"}, {"mode": "redacted"}),
            ("content_rules.drop", {"mode": "redacted"}, {}),
        ]


def test_only_admins_decide_and_only_about_agents_of_their_own(
    house: House, neighbours: House
) -> None:
    with house.inside():
        agent = register_agent("Porter")
    own = {"mode": "full", "agent": str(agent.pk)}
    assert house.api("developer").post(RULES, own).status_code == 403
    assert neighbours.api().post(RULES, own).status_code == 400
    assert house.api("admin").post(RULES, own).status_code == 201
    assert house.api("viewer").get(RULES).json()["data"][0]["agent"] == str(agent.pk)
    assert neighbours.api().get(RULES).json()["data"] == []
    assert house.api().post(RULES, {"mode": "sometimes"}).status_code == 400


def test_the_studio_sets_and_drops_rules(house: House) -> None:
    page, browser = "/studio/telemetry/contentrule/", house.browser("admin")
    assert "keeps no words" in browser.get(page).content.decode()
    browser.post(f"{page}add/", {"mode": "redacted", "agent": ""})
    shown = browser.get(page).content.decode()
    assert "All agents" in shown
    assert "Redacted" in shown
    assert house.browser("developer").get(f"{page}add/").status_code == 403


def test_people_confirm_anew_that_more_is_kept_and_nobody_is_asked_to_keep_less(
    house: House, api: Api
) -> None:
    with house.inside():
        Organization.objects.update(step_up="always")
        agent = register_agent("Porter")
    own = api.post(RULES, {"mode": "metadata_only", "agent": str(agent.pk)}).json()["data"]
    api.post(PATTERNS, {"kind": "staff", "expression": "EMP-[0-9]+"})
    stale = house.browser()  # its session has proved nothing yet

    def sent(mode: str, **agent: str) -> Any:
        told = {"mode": mode, **agent}
        return stale.post(f"/api/v1{RULES}", told, content_type="application/json").status_code

    assert sent("full") == 403
    page = "/studio/telemetry/contentrule/add/"
    asked = stale.post(page, {"mode": "full", "agent": ""}, headers={"referer": page})
    assert asked["Location"].startswith("/studio/account/confirm?")
    assert api.post(RULES, {"mode": "full"}).status_code == 201  # nobody could ask a key
    assert stale.delete(f"/api/v1{RULES}/{own['id']}").status_code == 403
    assert sent("redacted", agent=str(agent.pk)) == 403
    assert sent("redacted") == 201
    assert sent("full") == 403
    assert sent("metadata_only") == 201
    assert stale.delete(f"/api/v1{RULES}/{own['id']}").status_code == 204
    (pattern,) = api.get(PATTERNS).json()["data"]
    assert stale.delete(f"/api/v1{PATTERNS}/{pattern['id']}").status_code == 403


def test_patterns_are_tried_before_they_are_added(house: House, api: Api) -> None:
    trial = {"sample": "EMP-1 and bob@acme.example", "kind": "staff", "expression": "EMP-[0-9]+"}
    tried = api.post(f"{PATTERNS}/preview", trial).json()["data"]
    assert tried == {"text": "[staff] and [email]", "counts": {"email": 1, "staff": 1}}
    assert api.get(PATTERNS).json()["data"] == []
    del trial["sample"]
    made = api.post(PATTERNS, trial).json()["data"]
    assert api.post(PATTERNS, trial).status_code == 400
    assert api.delete(f"{PATTERNS}/{made['id']}").status_code == 204
    browser = house.browser("admin")
    page = "/studio/telemetry/redactionpattern/"
    typed = {**trial, "sample": "<b>EMP-1</b>"}
    assert "<b>[staff]</b>" in unescape(browser.post(f"{page}try", typed).content.decode())
    browser.post(f"{page}add/", typed)
    assert "EMP-[0-9]+" in browser.get(page).content.decode()


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("email", "x+"),
        ("Big Words", "x+"),
        ("ahead", "x(?=y)"),
        ("broken", "("),
        ("anything", ".*"),
        ("huge", "((x{900}){900}){900}"),
        ("long", "x" * 301),
    ],
)
def test_a_pattern_that_cannot_work_is_refused(api: Api, kind: str, expression: str) -> None:
    refused = api.post(PATTERNS, {"kind": kind, "expression": expression})
    assert refused.status_code == 400
    assert refused.json()["error"]["details"]["fields"]


def test_no_more_than_twenty_patterns_are_kept(api: Api) -> None:
    for number in range(20):
        body = {"kind": f"kind_{number}", "expression": "xyz"}
        assert api.post(PATTERNS, body).status_code == 201
    assert api.post(PATTERNS, {"kind": "more", "expression": "xyz"}).status_code == 409


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("write to bob.o'hara+x@mail.acme.example now", "write to bob.o'[email] now"),
        ("jürgen@käse.example", "[email]"),
        ("4111 1111 1111 1111", "[card]"),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ("DE89 3704 0044 0532 0130 00", "[iban]"),
        ("DE88370400440532013000", "DE88370400440532013000"),
        ("from 192.168.0.1 to 2001:db8::1", "from [ip] to [ip]"),
        ("at 12:30:45 on 2026-11-28, std::vector", "at 12:30:45 on 2026-11-28, std::vector"),
        ("+49 30 1234567 or (555) 123-4567", "[phone] or [phone]"),
        ("order 12345678 of 2026", "order 12345678 of 2026"),
        ("use sk-abcdefghijkl", "use [secret]"),
    ],
)
def test_what_must_not_be_kept_is_recognised(told: str, kept: str) -> None:
    assert Redactor().text(told) == kept


PHONES = [
    "+49 30 1234567",
    "+4930123456",
    "+1 (555) 234-5678",
    "+15552345678",
    "+1.5552345678",
    "+44 20 7946 0958",
    "+33 6 12 34 56 78",
    "+354 555 1234",
    "0049 171 1234567",
    "0049171123456",
    "(555) 234-5678",
    "(555)234-5678",
    "1-555-234-5678",
    "555-234-5678",
    "555.234.5678",
    "(030) 1234567",
    "030/1234567",
    "0171 1234567",
    "0171-1234567",
    "01234 567890",
    "020 7946 0958",
    "06 12 34 56 78",
    "06.12.34.56.78",
]
NO_PHONES = [
    "1732812345",
    "1732812345678",
    "1732812345678901234",
    "2026-11-28T22:09:32.123456+01:00",
    "2026-11-28 22:09:32 +0100",
    "28.11.2026",
    "f47ac10b-58cc-0372-8567-0e02b2c3d479",
    "00f067aa0ba902b7",
    "0af7651916cd43dd8448eb211c80319c",
    "INV-0171-1234567",
    "order 0012345678",
    "SKU 0123-4567",
    "#0171 1234567",
    "$555.234.5678",
    "+12,345,678.90",
    "+1.234.567",
    "+12345678.50",
    "+1500000 tokens",
    "x+15552345678",
    "100.000.0000",
    "555-234-5678-01",
    "report_555-234-5678",
    "f(555) 2345678",
    "(2024) 123456",
    "0.0171 1234567",
    "1,234,567.89",
    "0001 0002 0003",
    "v1.020.7946.0958",
    "https://shop.example/0171-12345678",
    "12 34 56 78 90",
]


@pytest.mark.parametrize("number", PHONES)
@pytest.mark.parametrize("around", ["{}", "Call {}.", "tel:{}, or", "<{}>", "Ü={};"])
def test_telephone_numbers_are_taken_out(number: str, around: str) -> None:
    assert Redactor().text(around.format(number)) == around.format("[phone]")


@pytest.mark.parametrize("number", NO_PHONES)
@pytest.mark.parametrize("around", ["{}", "It was {} then."])
def test_ids_times_and_prices_stay(number: str, around: str) -> None:
    told = around.format(number)
    assert Redactor().text(told) == told


def test_two_numbers_side_by_side_are_both_taken_out() -> None:
    assert Redactor().text("555-234-5678 555-234-5679") == "[phone] [phone]"


def test_a_time_in_milliseconds_is_no_card() -> None:
    times = list(range(1_764_000_000_000, 1_764_000_000_100))
    assert Redactor().value(times) == times


def test_values_are_redacted_at_any_depth_and_counted() -> None:
    redactor = Redactor({"staff": "EMP-[0-9]+"})
    told = {"who": [{"bob@acme.example": "EMP-7"}], "card": 4111111111111111, "n": 3, "no": None}
    assert redactor.value(told) == {
        "who": [{"[email]": "[staff]"}],
        "card": "[card]",
        "n": 3,
        "no": None,
    }
    assert redactor.counts == {"email": 1, "staff": 1, "card": 1}


def test_a_long_text_for_a_hostile_pattern_ends() -> None:
    assert compiled("(x+x+)+y").search("x" * 100_000) is None
