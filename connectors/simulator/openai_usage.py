"""OpenAI's usage and costs: time buckets, grouped, one page token for both."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice

from connectors.simulator import billing, keys, ledger, paging
from connectors.simulator.activity import DAY, HOUR, Tokens
from connectors.simulator.billing import BILLED_SHARE
from connectors.simulator.calls import BAD_REQUEST, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.estate import OPENAI, Estate
from connectors.simulator.ledger import Dimension, Share
from connectors.simulator.workers import Worker
from connectors.simulator.world import World

_WIDTHS = {"1m": (60, 60, 1440), "1h": (HOUR, 24, 168), "1d": (DAY, 7, 31)}
_MOST_COST_BUCKETS = 180
_RANGE = ("start_time", "end_time", "bucket_width", "limit", "page", "group_by")
_USAGE_FILTERS = ("project_ids", "api_key_ids", "models", "user_ids", "batch")
_USAGE_GROUPS = (
    "project_id",
    "user_id",
    "api_key_id",
    "model",
    "batch",
    "service_tier",
    "api_source",
)
_COST_GROUPS = ("project_id", "user_id", "line_item", "api_key_id", "api_source")
_LINES = {
    "uncached": "input_tokens",
    "cached": "cached_input_tokens",
    "cache_write": "cache_write_tokens",
    "output": "output_tokens",
}
Rows = Callable[[tuple[int, int], Call], list[Json]]


class OpenAIUsage:
    """GET /organization/usage/completions and /organization/costs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dimensions = _dimensions(world.estates[OPENAI])

    @route(
        "GET",
        "/organization/usage/completions",
        scope=keys.USAGE,
        params=(*_RANGE, *_USAGE_FILTERS),
    )
    def completions(self, call: Call) -> Json:
        call.check("group_by", call.many("group_by"), _USAGE_GROUPS)
        width, default, most = _WIDTHS[call.choice("bucket_width", "1d", _WIDTHS)]
        return self._report(call, self._usage_rows, width, default, most)

    @route(
        "GET",
        "/organization/costs",
        scope=keys.USAGE,
        params=(*_RANGE, "project_ids", "api_key_ids", "line_items"),
    )
    def costs(self, call: Call) -> Json:
        groups = call.many("group_by")
        call.check("group_by", groups, _COST_GROUPS)
        call.choice("bucket_width", "1d", ("1d",))
        if {"user_id", "project_id"} <= set(groups):
            message = "group_by: user_id cannot be combined with project_id here"
            raise Refused(BAD_REQUEST, message, code="invalid_value", param="group_by")
        return self._report(call, self._cost_rows, DAY, _WIDTHS["1d"][1], _MOST_COST_BUCKETS)

    def _report(self, call: Call, rows: Rows, width: int, default: int, most: int) -> Json:
        limit = call.number("limit", default, 1, most)
        if call.one("start_time") is None:
            message = "Missing required parameter: 'start_time'."
            raise Refused(
                BAD_REQUEST, message, code="missing_required_parameter", param="start_time"
            )
        start = call.number("start_time", 0, 0, 10**11)
        end = min(call.number("end_time", call.now, 0, 10**11), call.now)
        start = max(start, int(paging.position(call).get("from", 0)))
        spans = list(islice(ledger.buckets(start, end, width), limit + 1))
        more = len(spans) > limit
        data = [
            {
                "object": "bucket",
                "start_time": span[0],
                "end_time": span[1],
                "results": rows(span, call),
            }
            for span in spans[:limit]
        ]
        return {
            "object": "page",
            "data": data,
            "has_more": more,
            "next_page": paging.token({"from": spans[limit][0]}) if more else None,
        }

    def _usage_rows(self, span: tuple[int, int], call: Call) -> list[Json]:
        groups = call.many("group_by")
        if call.flag("batch"):
            return []
        found = self._shares(span, call)
        totals = ledger.grouped(found, self.dimensions, groups)
        return [
            _usage(dict(zip(groups, group, strict=True)), ledger.total(models))
            for group, models in totals.items()
        ]

    def _cost_rows(self, span: tuple[int, int], call: Call) -> list[Json]:
        groups = [name for name in call.many("group_by") if name != "line_item"]
        by_line = "line_item" in call.many("group_by")
        wanted = call.many("line_items")
        totals = ledger.grouped(self._shares(span, call), self.dimensions, groups)
        return [
            row
            for group, models in totals.items()
            for row in _costs(
                dict(zip(groups, group, strict=True)), models, wanted, by_line=by_line
            )
        ]

    def _shares(self, span: tuple[int, int], call: Call) -> Iterator[Share]:
        for share in ledger.shares(self.world, self._workers(call), span, call.now):
            models = call.many("models")
            if not models or share.model in models:
                yield share

    def _workers(self, call: Call) -> Iterator[Worker]:
        projects, api_keys = call.many("project_ids"), call.many("api_key_ids")
        users = call.many("user_ids")
        estate = self.world.estates[OPENAI]
        for worker in self.world.workers(OPENAI):
            if projects and worker.place not in projects:
                continue
            if api_keys and worker.key not in api_keys:
                continue
            if users and _user(estate, worker) not in users:
                continue
            yield worker


def _dimensions(estate: Estate) -> dict[str, Dimension]:
    return {
        "project_id": lambda share: share.worker.place,
        "api_key_id": lambda share: share.worker.key,
        "user_id": lambda share: _user(estate, share.worker),
        "model": lambda share: share.model,
        "batch": lambda _share: False,
        "service_tier": lambda _share: "default",
        "api_source": lambda share: "agents_api" if share.worker.agent else "unlabeled",
    }


def _user(estate: Estate, worker: Worker) -> str | None:
    key = estate.key(worker.key)
    return key.owner_id if key is not None and key.owner == "user" else None


def _usage(group: dict[str, object], tokens: Tokens) -> Json:
    return {
        "object": "organization.usage.completions.result",
        "num_model_requests": tokens.requests,
        "input_tokens": tokens.input,
        "input_cached_tokens": tokens.cached,
        "input_uncached_tokens": tokens.uncached,
        "input_cache_write_tokens": tokens.cache_write,
        "input_cache_write_30m_tokens": tokens.cache_write,
        "input_cache_write_12h_tokens": 0,
        "input_text_tokens": tokens.uncached,
        "input_cached_text_tokens": tokens.cached,
        "input_audio_tokens": 0,
        "input_image_tokens": 0,
        "output_tokens": tokens.output,
        "output_text_tokens": tokens.output,
        "output_audio_tokens": 0,
        **dict.fromkeys(_USAGE_GROUPS),
        **group,
    }


def _costs(
    group: dict[str, object], models: dict[str, Tokens], wanted: list[str], *, by_line: bool
) -> Iterator[Json]:
    total = Decimal(0)
    for model, tokens in models.items():
        for line in billing.lines(model, tokens):
            name = f"{model}, {_LINES[line.kind]}"
            if wanted and name not in wanted:
                continue
            if by_line:
                yield _cost({**group, "line_item": name}, line.dollars, line.quantity)
            total += line.dollars
    if not by_line and total:
        yield _cost(group, total, None)


def _cost(group: dict[str, object], dollars: Decimal, quantity: int | None) -> Json:
    value = dollars * BILLED_SHARE[OPENAI]
    return {
        "object": "organization.costs.result",
        "amount": {"value": float(value), "currency": "usd"},
        "quantity": quantity,
        "quantity_unit": None if quantity is None else "tokens",
        **dict.fromkeys(_COST_GROUPS),
        **group,
    }
