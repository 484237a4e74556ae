"""The score of an agent: what each signal is worth, and what outweighs the rest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agents.scoring import Expected, evidence_of, score, status_of
from connectors.base import HealthReading

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WELL = {"exists": True, "latency_ms": 80, "requests": 100, "errors": 0, "model_state": "active"}


def judged(expected: Expected | None = None, said: str = "", **signals: Any) -> tuple[Any, str]:
    result = score(HealthReading(**signals), now=NOW, expected=expected, said=said)
    return result.value, result.status


@pytest.mark.parametrize(
    ("signals", "value", "status"),
    [
        ({"exists": None}, None, "unknown"),
        ({"exists": True}, 80, "healthy"),
        ({"exists": True, "latency_ms": 80}, 80, "healthy"),
        ({"exists": True, "model_state": "active"}, 100, "healthy"),
        (WELL, 100, "healthy"),
        ({"exists": False}, 0, "down"),
        ({**WELL, "exists": False}, 25, "down"),
        ({**WELL, "model_state": "deprecated"}, 79, "degraded"),
        ({**WELL, "model_state": "retired"}, 25, "down"),
        ({**WELL, "model_retires_at": NOW - timedelta(days=1)}, 25, "down"),
        ({**WELL, "errors": 1}, 100, "healthy"),
        ({**WELL, "errors": 9}, 94, "healthy"),
        ({**WELL, "errors": 10}, 79, "degraded"),
        ({**WELL, "errors": 50}, 67, "degraded"),
        ({**WELL, "errors": 90}, 25, "down"),
        ({**WELL, "requests": 4, "errors": 4}, 78, "degraded"),
        ({"exists": None, "requests": 3, "errors": 1, "last_seen_at": NOW}, 50, "degraded"),
        ({"exists": None, "requests": 9, "errors": 4, "last_seen_at": NOW}, 32, "down"),
        ({**WELL, "requests": 0, "errors": 0}, 100, "healthy"),
        ({**WELL, "requests": None, "errors": None}, 100, "healthy"),
        ({**WELL, "latency_ms": 10_000}, 89, "healthy"),
        ({**WELL, "last_seen_at": NOW - timedelta(days=6)}, 100, "healthy"),
        ({**WELL, "last_seen_at": NOW - timedelta(days=90)}, 95, "healthy"),
        ({"exists": True, "fault": "credentials"}, 25, "down"),
    ],
)
def test_signals_make_the_score(signals: dict[str, Any], value: int | None, status: str) -> None:
    assert judged(**signals) == (value, status)


@pytest.mark.parametrize(
    ("p95", "value"), [(100, 100), (150, 100), (275, 94), (400, 89), (4_000, 89)]
)
def test_latency_is_measured_against_what_is_usual_for_the_agent(p95: int, value: int) -> None:
    assert judged(Expected(p95_ms=100), **WELL, p95_ms=p95)[0] == value


@pytest.mark.parametrize(
    ("silence", "status"), [(0, "healthy"), (2, "healthy"), (3, "degraded"), (5, "down")]
)
def test_an_agent_that_falls_silent_is_degraded_and_then_down(silence: int, status: str) -> None:
    every = timedelta(minutes=5)
    expected = Expected(interval=every)
    assert judged(expected, exists=True, last_seen_at=NOW - silence * every)[1] == status


@pytest.mark.parametrize(
    ("said", "status"), [("active", "healthy"), ("degraded", "degraded"), ("error", "down")]
)
def test_what_an_agent_says_of_itself_counts(said: str, status: str) -> None:
    assert judged(said=said, exists=True, last_seen_at=NOW)[1] == status


@pytest.mark.parametrize(
    ("parts", "evidence"),
    [
        ([], "none"),
        (["reachable", "latency"], "little"),
        (["reachable", "errors"], "enough"),
        (["said"], "enough"),
    ],
)
def test_what_only_looks_from_outside_is_little_evidence(parts: list[str], evidence: str) -> None:
    assert evidence_of(parts) == evidence


def test_every_part_names_its_points_and_its_reason() -> None:
    parts = score(HealthReading(**WELL), now=NOW).parts
    assert [(part.name, part.points, part.of) for part in parts] == [
        ("reachable", 30, 30),
        ("model", 20, 20),
        ("errors", 30, 30),
        ("latency", 10, 10),
    ]
    assert all(part.why for part in parts)


def test_the_vendors_own_words_explain_what_is_missing() -> None:
    (part,) = score(HealthReading(exists=False, last_error="Archived."), now=NOW).parts
    assert part.why == "Archived."


def test_a_clock_that_is_ahead_does_no_harm() -> None:
    assert judged(exists=True, last_seen_at=NOW + timedelta(hours=1)) == (100, "healthy")


@pytest.mark.parametrize(
    ("value", "status"), [(100, "healthy"), (80, "healthy"), (79, "degraded"), (40, "degraded"),
                          (39, "down"), (0, "down")]
)  # fmt: skip
def test_the_thresholds_stand_where_they_are_documented(value: int, status: str) -> None:
    assert status_of(value) == status
