"""One vendor's UTC day as attribution reads it, and the sums that stand in the database."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.fence import current_organization_id
from connectors.models import Connection
from costs.apportion import units
from costs.attribution import Bill, Line, Names
from costs.models import AgentDay, BilledCost, ModelHour, PeriodType, UsageRecord
from costs.periods import utc_day
from costs.rollups import AgentKey, HourKey
from costs.sums import Sums

NAMES = ("model", "vendor_agent_id", "api_key", "project", "surface")
SUMMED = ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens")
BATCH = 2_000
FIGURE = ("role", "input_cost", "output_cost", "total_cost", "currency", "cost_source")


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands in a usage record beside its line."""

    figure: tuple[object, ...]
    estimated_input: Decimal | None


@dataclass(slots=True)
class Account:
    """One vendor account's day: what was used, what was billed, what the records say now."""

    lines: list[Line] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    stored: dict[UUID, Stored] = field(default_factory=dict)
    left: dict[UUID, Decimal] = field(default_factory=dict)
    is_told: bool = False  # the vendor tells of the day, in another account


def lock(vendor: str) -> None:
    """Let one transaction at a time change a vendor's figures in this organization."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"costs {current_organization_id()} {vendor}"],
        )


def accounts_of(vendor: str, day: date) -> list[Account]:
    """Return the day of each of the vendor's accounts.

    What agents were observed to use names no account: it stands with the only one that tells of
    the day, or by itself.
    """
    names = account_names(vendor)
    accounts: dict[Hashable, Account] = defaultdict(Account)
    start, end = utc_day(day)
    span = {"vendor": vendor, "starts_at__gte": start, "starts_at__lt": end}
    columns = (*NAMES, *SUMMED, "requests", "errors", "estimated_cost", "agent_id")
    records = UsageRecord.objects.filter(**span).order_by("starts_at", "id")
    for row in records.values_list(
        *("id", "connection_id", "starts_at", "period_type"),
        *columns,
        *("estimated_input_cost", *FIGURE),
    ).iterator(chunk_size=5_000):
        account = accounts[names.get(row[1])]
        account.lines.append(_line(row))
        account.stored[row[0]] = Stored(row[18:], row[17])
    bills = BilledCost.objects.filter(**span).order_by("id")
    for row in bills.values_list(
        *("id", "connection_id", "starts_at", *NAMES, "amount", "currency", "agent_id"),
        "unattributed",
    ).iterator(chunk_size=5_000):
        account = accounts[names[row[1]]]
        account.bills.append(Bill(row[0], row[1], row[2], Names(*row[3:8]), *row[8:11]))
        account.left[row[0]] = row[11]
    return _with_observed(accounts.pop(None, Account()), list(accounts.values()))


def _with_observed(observed: Account, told: list[Account]) -> list[Account]:
    if len(told) == 1:
        told[0].lines.extend(observed.lines)
        told[0].stored.update(observed.stored)
        return told
    observed.is_told = bool(told)
    return [*told, observed] if observed.lines else told


def account_names(vendor: str) -> Mapping[UUID, Hashable]:
    """Tell which connections share an account at the vendor.

    They do unless their addresses differ, or the vendor organizations that they name.
    """
    connections = Connection.objects.filter(vendor=vendor)
    return {
        pk: (base_url, str((options or {}).get("organization", "")))
        for pk, base_url, options in connections.values_list("pk", "base_url", "options")
    }


def hours_of(vendor: str, day: date) -> dict[HourKey, Sums]:
    """Return the sums by model and hour as they stand."""
    start, end = utc_day(day)
    rows = ModelHour.objects.filter(vendor=vendor, hour__gte=start, hour__lt=end)
    keys = ("connection_id", "hour", "model", "currency", "cost_source")
    return {HourKey(*row[:5]): _sums(row[5:]) for row in _with_sums(rows, keys)}


def agents_of(vendor: str, day: date) -> dict[AgentKey, Sums]:
    """Return the sums by agent and local day as they stand, made from this UTC day."""
    rows = AgentDay.objects.filter(vendor=vendor, utc_day=day)
    keys = ("agent_id", "day", "currency", "cost_source")
    return {AgentKey(*row[:4]): _sums(row[4:]) for row in _with_sums(rows, keys)}


def columns_of(sums: Sums) -> dict[str, object]:
    """Return the columns of a row that holds these sums."""
    tokens = dict(zip(SUMMED, sums[: len(SUMMED)], strict=True))
    return {**tokens, "requests": sums.requests, "errors": sums.errors, "cost": sums.cost}


def insert(model: type[Model], rows: Iterable[Any]) -> None:
    """Insert many rows at once.

    Their time is set here: a default that the database computes would make Django send a
    parameter for every cell instead of one array for every column, which is several times slower.
    """
    now, made = timezone.now(), list(rows)
    for row in made:
        row.created_at = now
    model._default_manager.bulk_create(made, batch_size=BATCH)


def _with_sums(rows: "QuerySet[Any]", keys: tuple[str, ...]) -> Iterable[tuple[Any, ...]]:
    return rows.values_list(*keys, *SUMMED, "requests", "errors", "cost")


def _sums(row: tuple[Any, ...]) -> Sums:
    *counts, cost = row
    return Sums._make([*counts, units(cost)])


def _line(row: tuple[Any, ...]) -> Line:
    return Line(
        id=row[0],
        connection=row[1],
        start=row[2],
        is_day=row[3] == PeriodType.DAY,
        names=Names(*row[4:9]),
        input=row[9],
        output=row[10],
        cached=row[11],
        cache_write=row[12],
        requests=row[13] or 0,
        errors=row[14] or 0,
        estimate=row[15],
        owner=row[16],
    )
