"""Make the figures of a vendor's days."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db import transaction

from accounts.fence import current_organization_id
from accounts.models import Organization
from accounts.permissions import require
from costs import ledger
from costs.apportion import apportion_money, units
from costs.attribution import UNPRICED, Figure, Line, attribute
from costs.ledger import Account, Stored
from costs.models import AgentDay, ModelHour, UsageRole
from costs.periods import utc_day, zone_of
from costs.rollups import AgentKey, HourKey, roll_up
from costs.sums import NOTHING, Sums


@dataclass(frozen=True, slots=True)
class Day:
    """The sums of one vendor's day over all its accounts."""

    hours: dict[HourKey, Sums]
    agents: dict[AgentKey, Sums]


@transaction.atomic
def attribute_days(vendor: str, days: Iterable[date]) -> None:
    """Give the usage of these days its costs, and make the sums that dashboards read."""
    require("costs.sync")
    ledger.lock(vendor)
    zone = current_zone()
    for day in sorted(set(days)):
        sums = figures_of(ledger.accounts_of(vendor, day), day, zone, write=True)
        _replace(vendor, day, sums)


def current_zone() -> ZoneInfo:
    """Return the time zone of the organization."""
    name = Organization.objects.values_list("time_zone", flat=True)
    return zone_of(name.get(pk=current_organization_id()))


def figures_of(accounts: Iterable[Account], day: date, zone: ZoneInfo, *, write: bool) -> Day:
    """Compute one day, and write the figures of its records where they have changed."""
    hours: dict[HourKey, Sums] = defaultdict(lambda: NOTHING)
    agents: dict[AgentKey, Sums] = defaultdict(lambda: NOTHING)
    for account in accounts:
        result = attribute(account.lines, account.bills, is_told=account.is_told)
        sums = roll_up(result, account.bills, zone)
        for hour, part in sums.hours.items():
            hours[hour] = hours[hour].plus(part)
        for agent, part in sums.agents.items():
            agents[agent] = agents[agent].plus(part)
        if write:
            shares = [*result.sessions, *result.observed]
            _write_figures(account, {**result.figures, **sums.sessions}, shares, day)
            _write_left(account, result.left, day)
    return Day(_something(hours), _something(agents))


def _something(sums: dict[Any, Sums]) -> dict[Any, Sums]:
    return {key: part for key, part in sums.items() if any(part)}


def _write_figures(
    account: Account, figures: dict[UUID, Figure], shares: list[Line], day: date
) -> None:
    roles = dict.fromkeys((line.id for line in shares), UsageRole.AGENT_SHARE)
    changed = []
    for line in account.lines:
        stored = account.stored[line.id]
        role = roles.get(line.id, UsageRole.TRAFFIC)
        columns = (str(role), *_columns(figures.get(line.id), line, stored))
        if columns != stored.figure:
            changed.append((line.id, *columns))
    types = ("uuid", "text", "numeric", "numeric", "numeric", "text", "text")
    _update("costs_usagerecord", ledger.FIGURE, types, changed, utc_day(day))


def _columns(figure: Figure | None, line: Line, stored: Stored) -> tuple[object, ...]:
    """Return input, output and total cost, currency and source as they stand in a record."""
    if figure is None or figure.source == UNPRICED:
        return None, None, None, figure.currency if figure else "USD", UNPRICED
    parts: tuple[Decimal | None, ...] = (None, None)
    if line.estimate and stored.estimated_input is not None:
        by_input = units(stored.estimated_input)
        weights = [by_input, units(line.estimate) - by_input]
        parts = tuple(apportion_money(figure.amount, weights))
    return (*parts, figure.amount, figure.currency, figure.source)


def _write_left(account: Account, left: dict[UUID, Decimal], day: date) -> None:
    changed = [(pk, amount) for pk, amount in left.items() if account.left[pk] != amount]
    _update("costs_billedcost", ("unattributed",), ("uuid", "numeric"), changed, utc_day(day))


def _update(
    table: str,
    columns: tuple[str, ...],
    types: tuple[str, ...],
    rows: list[tuple[Any, ...]],
    span: tuple[datetime, datetime],
) -> None:
    """Write columns of many rows at once; the span lets the database skip other partitions."""
    names = [f"c{number}" for number in range(len(types))]
    assignments = ", ".join(f"{c} = v.{n}" for c, n in zip(columns, names[1:], strict=True))
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    statement = (
        f"UPDATE {table} AS t SET {assignments}"  # noqa: S608 - names come from this module
        f" FROM unnest({arrays}) AS v({', '.join(names)})"
        " WHERE t.id = v.c0 AND t.starts_at >= %s AND t.starts_at < %s"
    )
    with database.cursor() as cursor:
        for first in range(0, len(rows), ledger.BATCH):
            batch = [
                list(column) for column in zip(*rows[first : first + ledger.BATCH], strict=True)
            ]
            cursor.execute(statement, [*batch, *span])


def _replace(vendor: str, day: date, sums: Day) -> None:
    """Put the day's sums in the place of the former ones."""
    start, end = utc_day(day)
    ModelHour.objects.filter(vendor=vendor, hour__gte=start, hour__lt=end).delete()
    AgentDay.objects.filter(vendor=vendor, utc_day=day).delete()
    ledger.insert(
        ModelHour,
        (
            ModelHour(vendor=vendor, **_named(key), **ledger.columns_of(part))
            for key, part in sums.hours.items()
        ),
    )
    ledger.insert(
        AgentDay,
        (
            AgentDay(vendor=vendor, utc_day=day, **_named(key), **ledger.columns_of(part))
            for key, part in sums.agents.items()
        ),
    )


def _named(key: HourKey | AgentKey) -> dict[str, Any]:
    """Return the columns of a row that a key names."""
    columns = key._asdict()
    columns["cost_source"] = columns.pop("source")
    for link in ("connection", "agent"):
        if link in columns:
            columns[f"{link}_id"] = columns.pop(link)
    return columns
