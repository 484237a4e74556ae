"""What agents did within the last day: how it went, the newest runs, and what is used most."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.urls import reverse

from armproject.home.curve import Curve, draw
from telemetry.models import Run
from telemetry.reports.performance import (
    PartOf,
    Performance,
    Period,
    has_runs,
    parts,
    performance,
    scope_of,
)
from telemetry.reports.run_sums import Tally
from telemetry.wording import percent, short, took, took_ms

SHOWN: Final = 5
HUNDRED: Final = 100
P50, P95 = 0.5, 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the day, and its change against the day before in per cent."""

    label: str
    value: str
    note: str
    change: int | None
    is_worse: bool


@dataclass(frozen=True, slots=True)
class NewRun:
    name: str
    agent: str
    status: str
    status_label: str
    took: str
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Used:
    """An app or agent by how often it ran; `percent` is of the most used."""

    label: str
    runs: str
    failed: int
    percent: float
    url: str


@dataclass(frozen=True, slots=True)
class Runs:
    figures: tuple[Figure, ...]
    curve: Curve
    ticks: tuple[str, ...]
    hours: tuple[tuple[datetime, int, int, float], ...]
    newest: tuple[NewRun, ...]
    used_by: str
    used: tuple[Used, ...]
    is_empty: bool
    url: str
    runs_url: str


def read_runs() -> Runs:
    """Read the sums of hours, and walk an index for the newest runs."""
    day = performance(Period.DAY, scope_of(None, ""))
    newest = tuple(map(_run, Run.objects.select_related("source")[:SHOWN]))
    of, used = _used() if day.now.runs else ("", ())
    curve = draw([Decimal(point.sums.runs) for point in day.points])
    return Runs(
        figures=_figures(day),
        curve=curve,
        ticks=tuple(f"{tick:,.0f}" if tick == int(tick) else "" for tick in curve.ticks),
        hours=tuple(
            (point.at, point.sums.runs, point.sums.failed, height)
            for point, height in zip(day.points, curve.heights, strict=True)
        ),
        newest=newest,
        used_by=of,
        used=used,
        is_empty=not newest and not has_runs(),
        url=reverse("admin:telemetry_performance"),
        runs_url=reverse("admin:telemetry_run_changelist"),
    )


def _figures(day: Performance) -> tuple[Figure, ...]:
    now, before = day.now, day.before or Tally()
    long, half = now.within_ms(P95), took_ms(now.within_ms(P50))
    return (
        _figure(
            "Runs", short(now.runs), f"{short(now.errors)} failed steps", now.runs, before.runs
        ),
        _figure(
            "Success rate",
            percent(now.success_rate),
            f"{short(now.failed)} failed",
            now.success_rate,
            before.success_rate,
            worse=-1,
        ),
        _figure(
            "95 % ended within",
            took_ms(long),
            f"half within {half}",
            long,
            before.within_ms(P95),
            worse=1,
        ),
    )


def _figure(
    label: str,
    value: str,
    note: str,
    now: Decimal | float | None,
    before: Decimal | float | None,
    *,
    worse: int = 0,
) -> Figure:
    """Return a figure; `worse` is the direction, 1 or -1, in which a change is bad news."""
    if now is None or not before:
        return Figure(label, value, note, None, is_worse=False)
    change = round(HUNDRED * (float(now) / float(before) - 1))
    return Figure(label, value, note, change, is_worse=change * worse > 0)


def _run(row: Run) -> NewRun:
    return NewRun(
        name=row.name,
        agent=str(row.source),
        status=row.status,
        status_label=row.get_status_display(),
        took=took(row.duration),
        at=row.started_at,
        url=reverse("admin:telemetry_run_change", args=[row.pk]),
    )


def _used() -> tuple[str, tuple[Used, ...]]:
    """Return the apps used most, or the agents where nobody names apps."""
    for of, label in ((PartOf.APP, "apps"), (PartOf.AGENT, "agents")):
        found = parts(Period.DAY, of)[:SHOWN]
        if found:
            most = found[0].sums.runs
            return label, tuple(
                Used(
                    part.label,
                    short(part.sums.runs),
                    part.sums.failed,
                    round(HUNDRED * part.sums.runs / most, 2),
                    f"{reverse('admin:telemetry_performance')}?of={of}:{part.key}",
                )
                for part in found
            )
    return "", ()
