"""Thresholds fit their measures, and a rule is tried before it is kept."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from governance.actions.change_rule import change_rule
from governance.models import Alert, AlertRule, AuditEvent
from governance.registry import Unit
from tests.cast import Api, House
from tests.governance.measured import make_rule, measured, reading

STUDIO = "/studio/governance/alertrule"
BODY = {"name": "Watch", "window_minutes": 60}
FORM = {
    "name": "",
    "measure": "test.cost",
    "subject_id": "",
    "comparison": "above",
    "threshold": "10",
    "mode": "threshold",
    "minimum_base": "0",
    "window_minutes": "60",
    "severity": "warning",
    "hold_minutes": "10",
    "cooldown_minutes": "30",
    "remind_minutes": "0",
}


@pytest.mark.parametrize(
    ("measure", "comparison", "threshold", "why"),
    [
        ("agent.health_score", "above", "-50", "never less than 0"),
        ("agent.health_score", "below", "101", "never more than 100"),
        ("agent.health_score", "below", "0", "never fire"),
        ("agent.error_rate", "above", "20", "20 % is 0.2"),
        ("agent.error_rate", "above", "1", "never fire"),
        ("agents.unhealthy_ratio", "above", "66", "20 % is 0.2"),
        ("agent.down", "above", "1", "never fire"),
        ("costs.total", "below", "-1", "never less than 0"),
    ],
)
def test_a_threshold_the_measure_never_crosses_is_refused(
    api: Api, measure: str, comparison: str, threshold: str, why: str
) -> None:
    asked = {**BODY, "measure": measure, "comparison": comparison, "threshold": threshold}
    for path in ("/alert-rules", "/alert-rules/preview"):
        answer = api.post(path, asked)
        assert answer.status_code == 400
        assert why in answer.json()["error"]["details"]["fields"]["threshold"][0]


def test_a_multiple_may_exceed_one(api: Api) -> None:
    answer = api.post("/alert-rules", {**BODY, "measure": "costs.spike", "threshold": "2.5"})
    assert answer.status_code == 201


def test_without_a_comparison_the_bad_side_is_taken(api: Api) -> None:
    for measure, threshold, side in (("health_score", 50, "below"), ("error_rate", 0.2, "above")):
        body = {"name": measure, "measure": f"agent.{measure}", "threshold": threshold}
        assert api.post("/alert-rules", {**BODY, **body}).json()["data"]["comparison"] == side


def test_measures_say_their_bounds_and_how_to_write_a_threshold(api: Api) -> None:
    found = {one["name"]: one for one in api.get("/measures").json()["data"]}
    score, spend = found["agent.health_score"], found["costs.total"]
    assert (Decimal(score["lowest"]), Decimal(score["highest"])) == (0, 100)
    assert spend["highest"] is None
    hints = {found[name]["threshold_hint"] for name in ("agent.error_rate", "costs.total")}
    assert len(hints | {score["threshold_hint"]}) == 3


def test_a_rule_from_before_can_still_be_turned_off(house: House) -> None:
    with measured(unit=Unit.RATIO):
        rule = make_rule(house, threshold=Decimal("0.5"))
        with house.inside():
            AlertRule.objects.update(threshold=Decimal(20))
            assert change_rule(rule, enabled=False).enabled is False


def test_a_preview_tells_what_would_fire_and_keeps_nothing(house: House, api: Api) -> None:
    body = {"measure": "test.cost", "threshold": "10", "window_minutes": 60}
    with measured() as gauge:
        gauge.say(12)
        seen = api.post("/alert-rules/preview", body).json()["data"]
        assert (seen["firing"], seen["known"], seen["unknown"]) == (1, 1, 0)
        assert "12.00 USD" in seen["cases"][0]["message"]
        gauge.readings = [reading(None)]
        seen = api.post("/alert-rules/preview", body).json()["data"]
        assert (seen["firing"], seen["known"], seen["unknown"]) == (0, 0, 1)
        assert house.api("viewer").post("/alert-rules/preview", body).status_code == 403
    with house.inside():
        assert not AlertRule.objects.exists()
        assert not Alert.objects.exists()
        assert not AuditEvent.objects.filter(action__startswith="alert_rules").exists()


def test_the_form_previews_the_rule_beside_what_is_wrong_with_it(house: House) -> None:
    owner = house.browser()
    with measured() as gauge:
        gauge.say(12)
        told = owner.post(f"{STUDIO}/preview", FORM).content.decode()
        assert "It would open 1 alert now" in told
        wrong = owner.post(f"{STUDIO}/preview", {**FORM, "threshold": "-1"}).content.decode()
        assert "never less than 0" in wrong
        rule = make_rule(house)
        told = owner.post(f"{STUDIO}/preview?rule={rule.pk}", FORM).content.decode()
        assert "It would open 1 alert now" in told
        assert owner.get(f"{STUDIO}/preview").status_code == 403
        assert house.browser("member").post(f"{STUDIO}/preview", FORM).status_code == 403
        for odd in ("nonsense", "?", "00000000-0000-0000-0000-000000000000"):
            assert owner.post(f"{STUDIO}/preview?rule={odd}", FORM).status_code == 200


@pytest.mark.parametrize(("kept", "shown"), [("0", "0"), ("25", "25"), ("0.20", "0.2")])
def test_the_form_shows_plain_numbers(house: House, kept: str, shown: str) -> None:
    with measured():
        rule = make_rule(house, threshold=Decimal(kept))
        page = house.browser().get(f"{STUDIO}/{rule.pk}/change/").content.decode()
    (field,) = re.findall(r'<input[^>]*name="threshold"[^>]*>', page)
    assert f'value="{shown}"' in field


def test_the_form_begins_on_the_bad_side_with_the_measures_own_hint(house: House) -> None:
    page = house.browser().get(f"{STUDIO}/add/?measure=agent.health_score").content.decode()
    assert re.search(r'<option value="below" selected', page)
    assert "A score from 0 to 100" in page
    (facts,) = re.findall(r'data-measures="([^"]*)"', page)
    told: dict[str, Any] = json.loads(facts.replace("&quot;", '"'))
    assert told["agent.error_rate"]["comparison"] == "above"
    assert "0.2" not in told["costs.total"]["hint"]


def test_who_may_only_read_opens_a_rule(house: House) -> None:
    with measured():
        rule = make_rule(house)
        page = house.browser("viewer").get(f"{STUDIO}/{rule.pk}/change/")
        assert page.status_code == 200
        assert "Would it fire now?" not in page.content.decode()
