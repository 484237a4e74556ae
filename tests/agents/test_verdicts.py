"""What a failed question means: seldom anything about the agent."""

from datetime import UTC, datetime

import pytest

from agents.verdicts import Before, of_error, of_reading
from connectors.base import ConnectorError, HealthReading

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WELL = Before("healthy", 97)


def failed(fault: str) -> ConnectorError:
    return ConnectorError("The vendor's own words.", fault=fault)


@pytest.mark.parametrize("fault", ["credentials", "permission", "billing", "forbidden_host"])
def test_a_refused_key_makes_nobody_down(fault: str) -> None:
    verdict = of_error(failed(fault), WELL, now=NOW)
    assert (verdict.status, verdict.score) == ("unknown", None)


@pytest.mark.parametrize("fault", ["rate_limited", "overloaded"])
def test_a_busy_vendor_leaves_the_last_state_with_a_note(fault: str) -> None:
    verdict = of_error(failed(fault), WELL, now=NOW)
    assert (verdict.status, verdict.score) == ("degraded", 97)
    assert "slow down" in verdict.note
    down = of_error(failed(fault), Before("down", 10), now=NOW)
    assert (down.status, down.score) == ("down", 10)


def test_silence_is_unknown_only_after_a_while() -> None:
    first = of_error(failed("timeout"), WELL, now=NOW)
    assert (first.status, first.score, first.unanswered) == ("healthy", 97, 1)
    third = of_error(failed("timeout"), Before("healthy", 97, unanswered=2), now=NOW)
    assert (third.status, third.score, third.unanswered) == ("unknown", None, 3)


def test_an_agent_the_vendor_does_not_know_is_down() -> None:
    verdict = of_error(failed("not_found"), WELL, now=NOW)
    assert verdict.status == "down"
    assert verdict.error == "The vendor's own words."


def test_an_answer_ends_the_silence() -> None:
    verdict = of_reading(HealthReading(exists=True), Before("unknown", None, 7), now=NOW)
    assert (verdict.status, verdict.unanswered) == ("healthy", 0)


def test_the_usual_latency_follows_slowly_and_not_while_the_agent_is_unwell() -> None:
    well = HealthReading(exists=True, p95_ms=200)
    assert of_reading(well, Before("healthy", 90), now=NOW).usual_p95_ms == 200
    known = Before("healthy", 90, usual_p95_ms=100)
    assert of_reading(well, known, now=NOW).usual_p95_ms == 110
    ill = HealthReading(exists=True, p95_ms=900, requests=10, errors=5)
    assert of_reading(ill, known, now=NOW).usual_p95_ms == 100
