"""Anthropic's usage and cost analytics: rows by group and time, money in fractional cents."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from connectors.simulator import anthropic_dimensions, billing, keys, ledger, paging
from connectors.simulator.activity import DAY, HOUR, Tokens
from connectors.simulator.anthropic_dimensions import DIMENSIONS, FILTERS
from connectors.simulator.billing import BILLED_SHARE
from connectors.simulator.calls import BAD_REQUEST, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import read_time, rfc3339
from connectors.simulator.estate import ANTHROPIC
from connectors.simulator.world import World

_BETA = ("analytics-usage-cost-2026-08-24",)
_PARAMS = (
    "starting_at",
    "ending_at",
    "time_bucket_width",
    "group_by",
    "limit",
    "order",
    "order_by",
    "page",
    "beta",
    *FILTERS,
)
_WIDTHS = {"1m": 60, "1h": HOUR, "1d": DAY}
_EARLIEST = 1_767_225_600
_LONGEST = 31 * DAY
_OLDEST = 365 * DAY
_MOST_DIMENSIONS = 5
_FAN_OUT = ("cost_type", "token_type")
_TOKEN_TYPES = {
    "uncached": "uncached_input_tokens",
    "cached": "cache_read_input_tokens",
    "cache_write": "cache_creation.ephemeral_5m_input_tokens",
    "output": "output_tokens",
}
_USAGE_ORDERS = ("total_tokens", "output_tokens", "requests", "time", "uncached_input_tokens")
_COST_ORDERS = ("amount", "list_amount", "time")
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a report before it is written down."""

    start: int
    end: int
    group: Json
    models: dict[str, Tokens]

    @property
    def tokens(self) -> Tokens:
        return ledger.total(self.models)

    @property
    def cents(self) -> Decimal:
        return sum((billing.list_cost(*used) for used in self.models.items()), Decimal(0)) * 100


class AnthropicAnalytics:
    """GET /v1/organizations/analytics/usage and /cost."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reports: dict[object, list[Row]] = {}

    @route(
        "GET",
        "/v1/organizations/analytics/usage",
        scope=keys.ANALYTICS,
        betas=_BETA,
        params=_PARAMS,
    )
    def usage(self, call: Call) -> Json:
        order = call.choice("order_by", "total_tokens", _USAGE_ORDERS)
        return self._report(call, (), _USAGE_METRICS.get(order), lambda row: [_usage(row)])

    @route(
        "GET", "/v1/organizations/analytics/cost", scope=keys.ANALYTICS, betas=_BETA, params=_PARAMS
    )
    def cost(self, call: Call) -> Json:
        order = call.choice("order_by", "amount", _COST_ORDERS)
        metric = None if order == "time" else (lambda row: row.cents)
        return self._report(call, _FAN_OUT, metric, lambda row: list(_costs(row, call)))

    def _report(
        self,
        call: Call,
        fan_out: tuple[str, ...],
        metric: "Callable[[Row], object] | None",
        show: Callable[[Row], list[Json]],
    ) -> Json:
        limit = call.number("limit", paging.DEFAULT, 1, paging.MOST_ADMIN)
        now = paging.moment(call)
        rows = self._ordered(call, fan_out, metric, now)
        start = int(paging.position(call).get("at", 0))
        more = start + limit < len(rows)
        cursor = paging.token({"at": start + limit, "as_of": now})
        return {
            "data": [line for row in rows[start : start + limit] for line in show(row)],
            "has_more": more,
            "next_page": cursor if more else None,
            "data_refreshed_at": rfc3339(now),
        }

    def _ordered(
        self,
        call: Call,
        fan_out: tuple[str, ...],
        metric: "Callable[[Row], object] | None",
        now: int,
    ) -> list[Row]:
        asked = [pair for pair in call.query if pair[0] not in {"page", "limit"}]
        name = (call.path, tuple(asked), now, self.world.changes.edition)
        rows = self.reports.get(name)
        if rows is None:
            rows = list(self._rows(call, fan_out, now))
            falling = call.choice("order", "desc", ("asc", "desc")) == "desc"
            rows.sort(key=lambda row: row.cents, reverse=True)
            by = metric or (lambda row: row.start)
            rows.sort(key=by, reverse=falling)  # type: ignore[arg-type]
            self.reports[name] = rows
            while len(self.reports) > _REMEMBERED:
                self.reports.pop(next(iter(self.reports)))
        return rows

    def _rows(self, call: Call, fan_out: tuple[str, ...], now: int) -> Iterator[Row]:
        groups = call.many("group_by")
        call.check("group_by", groups, (*DIMENSIONS, *fan_out))
        groups = [name for name in groups if name not in fan_out]
        if len(groups) > _MOST_DIMENSIONS:
            raise Refused(BAD_REQUEST, f"group_by: at most {_MOST_DIMENSIONS} dimensions")
        by_session = "session_id" in groups or bool(call.many("session_ids"))
        for span in _spans(call, now):
            workers = anthropic_dimensions.workers(self.world, call)
            found = ledger.shares(self.world, workers, span, now, by_session=by_session)
            kept = (share for share in found if anthropic_dimensions.kept(share, call))
            for values, models in ledger.grouped(kept, DIMENSIONS, groups).items():
                yield Row(*span, dict(zip(groups, values, strict=True)), models)


_USAGE_METRICS: dict[str, Callable[[Row], object]] = {
    "total_tokens": lambda row: row.tokens.total,
    "output_tokens": lambda row: row.tokens.output,
    "requests": lambda row: row.tokens.requests,
    "uncached_input_tokens": lambda row: row.tokens.uncached,
}


def _spans(call: Call, now: int) -> Iterator[tuple[int, int]]:
    width = _WIDTHS.get(call.choice("time_bucket_width", "", ("", *_WIDTHS)))
    start, end = read_time(call, "starting_at"), read_time(call, "ending_at")
    if start is None:
        raise Refused(BAD_REQUEST, "starting_at: Field required", param="starting_at")
    if start < max(_EARLIEST, now - _OLDEST):
        message = "starting_at: must be within the last 365 days and not before 2026-01-01"
        raise Refused(BAD_REQUEST, message, param="starting_at")
    if width is not None and end is None:
        message = "ending_at: required when time_bucket_width is set"
        raise Refused(BAD_REQUEST, message, param="ending_at")
    end = min(now, start + _LONGEST) if end is None else end
    longest = DAY if width == _WIDTHS["1m"] else _LONGEST
    if not start < end <= start + longest:
        message = f"ending_at: the range may span at most {longest // HOUR} hours"
        raise Refused(BAD_REQUEST, message, param="ending_at")
    if width is None:
        yield start - start % HOUR, end - end % HOUR
    else:
        yield from ledger.buckets(start, end, width)


def _line(row: Row, group: Json) -> Json:
    return {
        "starting_at": rfc3339(row.start),
        "ending_at": rfc3339(row.end),
        "group": {**dict.fromkeys(DIMENSIONS), **row.group, **group},
    }


def _usage(row: Row) -> Json:
    tokens = row.tokens
    usage = {
        "uncached_input_tokens": tokens.uncached,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": tokens.output,
        "total_tokens": tokens.total,
        "requests": tokens.requests,
        "server_tool_use": {"web_search_requests": 0},
    }
    return {**_line(row, {}), "usage": usage}


def _costs(row: Row, call: Call) -> Iterator[Json]:
    groups = call.many("group_by")
    if "token_type" not in groups:
        group = {"cost_type": "tokens" if "cost_type" in groups else None, "token_type": None}
        requests = None if "cost_type" in groups else row.tokens.requests
        yield {**_line(row, group), "cost": _money(row.cents, requests)}
        return
    cents: dict[str, Decimal] = {}
    for model, tokens in row.models.items():
        for line in billing.lines(model, tokens):
            cents[line.kind] = cents.get(line.kind, Decimal(0)) + line.dollars * 100
    for kind, amount in cents.items():
        group = {"cost_type": "tokens", "token_type": _TOKEN_TYPES[kind]}
        yield {**_line(row, group), "cost": _money(amount, None)}


def _money(cents: Decimal, requests: int | None) -> Json:
    billed = cents * BILLED_SHARE[ANTHROPIC]
    return {
        "amount": plain(billed),
        "list_amount": plain(cents),
        "currency": "USD",
        "requests": requests,
    }


def plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
