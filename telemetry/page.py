"""What the Studio's page of performance shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from accounts.permissions import has_permission
from telemetry.charts import Line, Stack, lines, stacks
from telemetry.models import Grain, Objective
from telemetry.reports.objectives import Standing, standings
from telemetry.reports.performance import (
    CUTS,
    PartOf,
    Performance,
    Period,
    has_runs,
    parts,
    performance,
    scope_of,
)
from telemetry.reports.run_sums import Tally
from telemetry.wording import budget_left, dollars, percent, priced, short, took_ms

SHOWN = 15
MOST_PROMISES = 500
HUNDRED = 100
SHARES = ((0.5, "Half of the runs"), (0.95, "95 %"), (0.99, "99 %"))
TITLES = {
    PartOf.AGENT: "Agent",
    PartOf.APP: "App",
    PartOf.ENVIRONMENT: "Environment",
    PartOf.MODEL: "Model",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the period, and how it moved; `is_worse` tells whether that is bad news."""

    label: str
    value: str
    note: str = ""
    change: str = ""
    is_worse: bool | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the charts, as words and as the bars that stand for it."""

    at: datetime
    sums: Tally
    runs: Stack
    failures: Stack
    success: str
    lengths: str


@dataclass(frozen=True, slots=True)
class Charts:
    steps: Sequence[Step]
    run_ticks: Sequence[str]
    lengths: Sequence[tuple[str, Line]]
    length_ticks: Sequence[str]
    failure_ticks: Sequence[str]
    by_the: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: one agent, app or the like, and the page narrowed to it."""

    label: str
    url: str
    runs: str
    success: str
    failed: int
    p95: str
    tokens: str
    cost: str
    percent: float


@dataclass(frozen=True, slots=True)
class Promise:
    """An objective in words: what is asked, how it stands, and how much budget is left."""

    agent: str
    url: str
    days: int
    success: str
    asked_success: str
    time: str
    asked_time: str
    is_met: bool | None
    left: str
    percent: float


def read_page(period: Period, of: PartOf | None, key: str, by: PartOf) -> dict[str, Any]:
    """Return the page: figures, charts, and the period divided by agent or the like."""
    scope = f"{of}:{key}" if of else ""
    found = performance(period, scope_of(of, key))
    return {
        "period": period,
        "periods": [
            (_url(each, scope, by), cut.label, each == period) for each, cut in CUTS.items()
        ],
        "scope": scope,
        "by": by,
        "figures": list(_figures(found)),
        "charts": _charts(found),
        "is_quiet": not found.now.runs,
        "is_empty": not found.now.runs and not has_runs(),
        "may_issue": has_permission("api_keys.write"),
        "runs_url": reverse("admin:telemetry_run_changelist"),
        "promises": _promises(of, key),
        "objectives_url": reverse("admin:telemetry_objective_changelist"),
        "may_promise": has_permission("agents.write"),
        "may_mend": has_permission("runs.repair"),
        "table": None if of else _rows(period, by),
        "table_title": TITLES[by],
        "choices": [(_url(period, "", each), title, each == by) for each, title in TITLES.items()],
    }


def _url(period: Period, scope: str, by: PartOf) -> str:
    asked = {"period": str(period), "by": str(by)} | ({"of": scope} if scope else {})
    return f"?{urlencode(asked)}"


def _figures(found: Performance) -> Sequence[Figure]:
    now, before = found.now, found.before
    median, p95, p99 = (now.within_ms(share) for share, _ in SHARES)
    return [
        _compared(
            "Success rate",
            now,
            before,
            lambda t: t.success_rate,
            percent,
            worse=-1,
            note=f"{short(now.failed)} failed, {short(now.incomplete)} never ended",
        ),
        _compared(
            "Runs",
            now,
            before,
            lambda t: Decimal(t.runs),
            lambda v: short(int(v or 0)),
            note=f"{short(now.llm_calls)} model calls, {short(now.tool_calls)} tool calls",
        ),
        _compared(
            "95 % ended within",
            now,
            before,
            _p95,
            lambda _: took_ms(p95),
            worse=1,
            note=f"half within {took_ms(median)}, 99 % within {took_ms(p99)}",
        ),
        _compared(
            "Cost",
            now,
            before,
            lambda t: t.cost,
            lambda v: dollars(v or Decimal(0)),
            note=f"{short(now.tokens)} tokens" + _unpriced(now.unpriced),
        ),
    ]


def _unpriced(calls: int) -> str:
    return f", {short(calls)} calls without a price" if calls else ""


def _p95(sums: Tally) -> Decimal | None:
    longest = sums.within_ms(0.95)
    return None if longest is None else Decimal(longest)


def _compared(
    label: str,
    now: Tally,
    before: Tally | None,
    value: Callable[[Tally], Decimal | None],
    shown: Callable[[Decimal | None], str],
    *,
    worse: int = 0,
    note: str = "",
) -> Figure:
    """Return a figure; `worse` is the direction, 1 or -1, in which a change is bad news."""
    present, former = value(now), value(before) if before else None
    if present is None or not former:
        return Figure(label, shown(present), note)
    moved = round(HUNDRED * (present - former) / former)
    told = f"+{moved} %" if moved > 0 else f"{moved} %"
    is_worse = moved * worse > 0 if worse and moved else None
    return Figure(label, shown(present), note, told, is_worse)


def _charts(found: Performance) -> Charts:
    sums = [point.sums for point in found.points]
    runs, run_ticks = stacks([_ends(each) for each in sums])
    rates = [float(each.error_rate or 0) for each in sums]
    top = _top_share(max(rates, default=0.0))
    drawn, length_ticks = lines([[each.within_ms(share) for each in sums] for share, _ in SHARES])
    return Charts(
        steps=[
            Step(
                point.at,
                point.sums,
                runs[n],
                Stack((round(HUNDRED * rates[n] / top, 2),)),
                percent(point.sums.success_rate),
                took_ms(point.sums.within_ms(0.95)),
            )
            for n, point in enumerate(found.points)
        ],
        run_ticks=[f"{tick:,.0f}" if tick == int(tick) else "" for tick in run_ticks],
        lengths=[(label, line) for (_, label), line in zip(SHARES, drawn, strict=True)],
        length_ticks=[took_ms(float(tick)) if tick else "0" for tick in length_ticks],
        failure_ticks=[f"{HUNDRED * top * part / 2:g} %" for part in range(3)],
        by_the="minute"
        if CUTS[found.period].grain == Grain.MINUTE
        else "hour"
        if CUTS[found.period].grain == Grain.HOUR
        else "day",
    )


def _top_share(largest: float) -> float:
    """Return the top of a scale of shares, so that one failure in a thousand fills no picture."""
    return next((top for top in (0.02, 0.1, 0.2, 0.5) if largest <= top), 1.0)


def _ends(sums: Tally) -> tuple[int, int, int, int]:
    """Return how runs ended, from the bottom of a bar up: well, badly, never, not yet."""
    return sums.succeeded, sums.failed, sums.incomplete, sums.runs - sums.over


def _promises(of: PartOf | None, key: str) -> list[Promise]:
    """Return the objectives of all agents, or of the one shown; the worst first."""
    asked = Objective.objects.select_related("agent")
    if of is not None:
        asked = asked.filter(agent=UUID(key)) if of == PartOf.AGENT else asked.none()
    found = standings(asked[:MOST_PROMISES])
    return [_promise(each) for each in sorted(found, key=_urgency)[:SHOWN]]


def _urgency(standing: Standing) -> tuple[bool, Decimal]:
    return standing.budget is None, standing.budget or Decimal(0)


def _promise(standing: Standing) -> Promise:
    asked, sums = standing.objective, standing.sums
    left = standing.budget
    return Promise(
        str(asked.agent),
        reverse("admin:telemetry_objective_change", args=[asked.pk]),
        asked.days,
        percent(sums.success_rate),
        "" if asked.success_percent is None else f"{asked.success_percent.normalize():f} %",
        took_ms(sums.within_ms(0.95)),
        "" if asked.p95_seconds is None else took_ms(float(asked.p95_seconds) * 1_000),
        standing.is_met,
        budget_left(left),
        float(min(max(left or 0, 0), 1)) * HUNDRED,
    )


def _rows(period: Period, by: PartOf) -> list[Row]:
    found = parts(period, by)[:SHOWN]
    most = max((part.sums.runs for part in found), default=1)
    return [
        Row(
            part.label,
            _url(period, f"{by}:{part.key}", by),
            short(part.sums.runs),
            percent(part.sums.success_rate),
            part.sums.failed,
            took_ms(part.sums.within_ms(0.95)),
            short(part.sums.tokens),
            priced(part.sums.cost, part.sums.unpriced),
            round(HUNDRED * part.sums.runs / most, 1),
        )
        for part in found
    ]
