"""Anthropic's legacy reports: time buckets, money as a string in cents."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice

from connectors.simulator import billing, keys, ledger, paging
from connectors.simulator.activity import DAY, HOUR, Tokens
from connectors.simulator.anthropic_analytics import plain
from connectors.simulator.billing import BILLED_SHARE
from connectors.simulator.calls import BAD_REQUEST, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import read_time, rfc3339
from connectors.simulator.estate import ANTHROPIC
from connectors.simulator.ledger import Dimension, Share
from connectors.simulator.models import anthropic_models
from connectors.simulator.world import World

_WIDTHS = {"1m": (60, 60, 1440), "1h": (HOUR, 24, 168), "1d": (DAY, 7, 31)}
_RANGE = ("starting_at", "ending_at", "bucket_width", "limit", "page", "group_by")
_USAGE_GROUPS = (
    "api_key_id",
    "workspace_id",
    "model",
    "service_tier",
    "context_window",
    "inference_geo",
)
_COST_GROUPS = ("workspace_id", "description")
_COST_FIELDS = ("context_window", "cost_type", "description", "model", "service_tier")
_WORDS = {
    "uncached": ("uncached_input_tokens", "Input Tokens"),
    "cached": ("cache_read_input_tokens", "Input Tokens, Cache Hit"),
    "cache_write": ("cache_creation.ephemeral_5m_input_tokens", "Input Tokens, Cache Write (5m)"),
    "output": ("output_tokens", "Output Tokens"),
}
Rows = Callable[[tuple[int, int], Call], list[Json]]


class AnthropicReports:
    """GET /v1/organizations/usage_report/messages and /cost_report."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.names = {model.id: model.name for model in anthropic_models(world)}
        default = next(place for place in world.estates[ANTHROPIC].places if place.default)
        self.dimensions: dict[str, Dimension] = {
            "api_key_id": lambda share: share.worker.key,
            "workspace_id": lambda share: (
                None if share.worker.place == default.id else share.worker.place
            ),
            "model": lambda share: share.model,
            "service_tier": lambda _share: "standard",
            "context_window": lambda _share: "0-200k",
            "inference_geo": lambda _share: "global",
        }

    @route(
        "GET",
        "/v1/organizations/usage_report/messages",
        scope=keys.REPORTS,
        params=(*_RANGE, "api_key_ids", "workspace_ids", "models"),
    )
    def usage(self, call: Call) -> Json:
        call.check("group_by", call.many("group_by"), _USAGE_GROUPS)
        width, default, most = _WIDTHS[call.choice("bucket_width", "1d", _WIDTHS)]
        return self._report(call, self._usage_rows, width, call.number("limit", default, 1, most))

    @route("GET", "/v1/organizations/cost_report", scope=keys.REPORTS, params=_RANGE)
    def cost(self, call: Call) -> Json:
        call.check("group_by", call.many("group_by"), _COST_GROUPS)
        call.choice("bucket_width", "1d", ("1d",))
        _, default, most = _WIDTHS["1d"]
        return self._report(call, self._cost_rows, DAY, call.number("limit", default, 1, most))

    def _report(self, call: Call, rows: Rows, width: int, limit: int) -> Json:
        start, end = read_time(call, "starting_at"), read_time(call, "ending_at")
        if start is None:
            raise Refused(BAD_REQUEST, "starting_at: Field required", param="starting_at")
        start = max(start, int(paging.position(call).get("from", 0)))
        end = call.now if end is None else min(end, call.now)
        spans = list(islice(ledger.buckets(start, end, width), limit + 1))
        more = len(spans) > limit
        return {
            "data": [
                {
                    "starting_at": rfc3339(span[0]),
                    "ending_at": rfc3339(span[1]),
                    "results": rows(span, call),
                }
                for span in spans[:limit]
            ],
            "has_more": more,
            "next_page": paging.token({"from": spans[limit][0]}) if more else None,
        }

    def _shares(self, span: tuple[int, int], call: Call) -> Iterator[Share]:
        wanted = {
            "api_key_id": call.many("api_key_ids"),
            "workspace_id": call.many("workspace_ids"),
            "model": call.many("models"),
        }
        workers = self.world.workers(ANTHROPIC)
        for share in ledger.shares(self.world, workers, span, call.now):
            if all(
                not values or self.dimensions[name](share) in values
                for name, values in wanted.items()
            ):
                yield share

    def _usage_rows(self, span: tuple[int, int], call: Call) -> list[Json]:
        groups = call.many("group_by")
        totals = ledger.grouped(self._shares(span, call), self.dimensions, groups)
        return [
            _usage(dict(zip(groups, values, strict=True)), ledger.total(models))
            for values, models in totals.items()
        ]

    def _cost_rows(self, span: tuple[int, int], call: Call) -> list[Json]:
        groups = [name for name in call.many("group_by") if name != "description"]
        totals = ledger.grouped(self._shares(span, call), self.dimensions, groups)
        described = "description" in call.many("group_by")
        return [
            row
            for values, models in totals.items()
            for row in self._costs(dict(zip(groups, values, strict=True)), models, split=described)
        ]

    def _costs(self, group: Json, models: dict[str, Tokens], *, split: bool) -> Iterator[Json]:
        total = Decimal(0)
        for model, tokens in models.items():
            for line in billing.lines(model, tokens):
                cents = line.dollars * 100 * BILLED_SHARE[ANTHROPIC]
                total += cents
                if split:
                    kind, words = _WORDS[line.kind]
                    named = {
                        "context_window": "0-200k",
                        "cost_type": "tokens",
                        "description": f"{self.names.get(model, model)} Usage - {words}",
                        "model": model,
                        "service_tier": "standard",
                        "token_type": kind,
                    }
                    yield _cost({**group, **named}, cents)
        if not split:
            yield _cost(group, total)


def _usage(group: Json, tokens: Tokens) -> Json:
    return {
        "uncached_input_tokens": tokens.uncached,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": tokens.output,
        "server_tool_use": {"web_search_requests": 0},
        **dict.fromkeys(_USAGE_GROUPS),
        **group,
    }


def _cost(group: Json, cents: Decimal) -> Json:
    empty = dict.fromkeys((*_COST_FIELDS, "token_type", "workspace_id"))
    return {**empty, **group, "amount": plain(cents), "currency": "USD"}
