"""Rules and alerts read as people would say them."""

from decimal import Decimal
from typing import Any

import pytest

from governance.judging import Comparison, Mode
from governance.registry import Unit
from governance.wording import Phrase, alert_sentence, amount, rule_sentence


def phrase(**changes: Any) -> Phrase:
    known: dict[str, Any] = {
        "measure": "Cost",
        "unit": Unit.MONEY,
        "subject": "any agent",
        "comparison": Comparison.ABOVE,
        "mode": Mode.THRESHOLD,
        "threshold": Decimal(10),
        "window_minutes": 1440,
        "currency": "USD",
    }
    return Phrase(**{**known, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Cost of any agent above 10.00 USD in the last day"),
        ({"window_minutes": 180}, "Cost of any agent above 10.00 USD in the last 3 hours"),
        ({"window_minutes": 90}, "Cost of any agent above 10.00 USD in the last 90 minutes"),
        ({"window_minutes": 10080}, "Cost of any agent above 10.00 USD in the last week"),
        (
            {
                "measure": "Error rate",
                "unit": Unit.RATIO,
                "threshold": Decimal("0.2"),
                "window_minutes": 60,
            },
            "Error rate of any agent above 20 % in the last hour",
        ),
        (
            {"mode": Mode.SPIKE, "threshold": Decimal(3), "minimum_base": Decimal(1)},
            "Cost of any agent above 3 times that of the day before, once that was 1.00 USD",
        ),
        (
            {"measure": "Agent down", "unit": Unit.FLAG, "threshold": Decimal(0)},
            "Agent down: any agent",
        ),
    ],
)
def test_a_rule_is_a_sentence(changes: dict[str, Any], expected: str) -> None:
    assert rule_sentence(phrase(**changes)) == expected


def test_an_alert_says_what_was_seen_and_what_is_allowed() -> None:
    said = alert_sentence(phrase(subject="Invoice bot"), Decimal("14.2"), Decimal("14.2"))
    assert said == (
        "Cost of Invoice bot was 14.20 USD in the last day; the rule allows at most 10.00 USD."
    )
    down = phrase(measure="Agent down", unit=Unit.FLAG, subject="Invoice bot")
    assert alert_sentence(down, Decimal(1), Decimal(1)) == "Agent down: Invoice bot."
    assert alert_sentence(down, Decimal(0), Decimal(0)) == "Agent down: Invoice bot no longer."
    jump = phrase(subject="Invoice bot", mode=Mode.SPIKE, threshold=Decimal(3))
    assert alert_sentence(jump, Decimal(40), Decimal(4)) == (
        "Cost of Invoice bot was 40.00 USD in the last day, 4 times that of the day before;"
        " the rule allows 3 times."
    )


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("0.00042", Unit.MONEY, "0.00042 USD"),
        ("0", Unit.MONEY, "0.00 USD"),
        ("1234.5", Unit.MONEY, "1,234.50 USD"),
        ("0.123456", Unit.RATIO, "12.35 %"),
        ("50", Unit.SCORE, "50"),
        ("1.25", Unit.SECONDS, "1.25 s"),
        ("1200", Unit.COUNT, "1,200"),
    ],
)
def test_values_are_shown_in_their_unit(value: str, unit: Unit, expected: str) -> None:
    currency = "USD" if unit == Unit.MONEY else ""
    assert amount(Decimal(value), unit, currency) == expected
