"""How runs went, in figures for who watches from outside, from the sums the database keeps."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from operator import itemgetter

from django.conf import settings
from django.db import connection as database
from django.db.models import Sum
from django.utils import timezone
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric

from armproject.lib.metrics import Growing, of_installation, of_organization
from telemetry.lengths import upper_ms
from telemetry.models import ModelUse, RunSum
from telemetry.models.run_sum import Grain

ENDS = ("succeeded", "failed", "incomplete")
# Later than this nobody hears of a run that began then, or what does is left out.
BACK = timedelta(days=2)
EACH = 4  # so many of the buckets that are kept make one that is told
MODELS = 100

_growing = Growing(settings.ARM_METRICS_DIR / "runs.json")


@of_installation
def run_figures() -> Iterator[Metric]:
    """Tell how runs of all organizations ended and how long they took."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT day, succeeded, failed, incomplete, lengths FROM arm_run_figures(%s)",
            [_midnight() - BACK],
        )
        days = {
            day.isoformat(): {
                **dict(zip(ENDS, numbers[:-1], strict=True)),
                **{str(place): float(runs) for place, runs in enumerate(numbers[-1])},
            }
            for day, *numbers in cursor.fetchall()
        }
    grown = _growing.add(days)
    lengths = [grown[str(place)] for place in range(len(grown) - len(ENDS))] if grown else []
    yield from _runs({end: grown.get(end, 0) for end in ENDS}, lengths)


@of_organization("runs.read")
def own_runs() -> Iterator[Metric]:
    """Tell how an organization's runs of this UTC day ended and how long they took."""
    kept = RunSum.objects.of_all(Grain.DAY).filter(at=_midnight()).order_by()
    ended: dict[str, float] = dict.fromkeys(ENDS, 0)
    lengths: dict[int, float] = defaultdict(float)
    for *numbers, counts in kept.values_list(*ENDS, "lengths"):
        for end, number in zip(ENDS, numbers, strict=True):
            ended[end] += number
        for place, runs in enumerate(counts):
            lengths[place] += runs
    since = _midnight().timestamp()
    yield from _runs(ended, [lengths[place] for place in sorted(lengths)], since)


@of_organization("costs.read")
def own_use() -> Iterator[Metric]:
    """Tell what an organization used of models in this UTC day; the rarest models are one."""
    since = _midnight()
    sums = ("calls", "errors", "input_tokens", "output_tokens", "cost")
    used = (
        ModelUse.objects.filter(hour__gte=since)
        .order_by()
        .values_list("vendor", "model")
        .annotate(*(Sum(name, default=0) for name in sums))
    )
    tokens = _counter("arm_llm_tokens", "Tokens of models.", "provider", "model", "direction")
    of_vendor: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    of_model: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    most_first = sorted(used, key=itemgetter(2), reverse=True)
    for place, (vendor, model, calls, errors, into, out, cost) in enumerate(most_first):
        of = (vendor or "unknown", (model or "unknown") if place < MODELS else "other")
        _add(of_vendor[of[0]], calls - errors, errors, float(cost))
        _add(of_model[of], into, out)
    for (vendor, model), (into, out) in of_model.items():
        tokens.add_metric([vendor, model, "input"], into, created=since.timestamp())
        tokens.add_metric([vendor, model, "output"], out, created=since.timestamp())
    yield tokens
    yield from _of_vendors(of_vendor, since.timestamp())


def _of_vendors(found: dict[str, list[float]], since: float) -> Iterator[Metric]:
    calls = _counter("arm_llm_calls", "Calls of models by vendor.", "provider", "outcome")
    costs = _counter("arm_llm_cost_usd", "What calls of models cost, in US dollars.", "provider")
    for vendor, (succeeded, failed, cost) in found.items():
        calls.add_metric([vendor, "succeeded"], succeeded, created=since)
        calls.add_metric([vendor, "failed"], failed, created=since)
        costs.add_metric([vendor], cost, created=since)
    yield from (calls, costs)


def _runs(
    ended: dict[str, float], lengths: Sequence[float], since: float | None = None
) -> Iterator[Metric]:
    runs = _counter("arm_runs", "Runs that ended, by how.", "status")
    for end, number in ended.items():
        runs.add_metric([end], number, created=since)
    yield runs
    took = HistogramMetricFamily(
        "arm_runs_duration_seconds", "How long runs took; the sum is that of their buckets."
    )
    if lengths:
        took.add_metric([], _buckets(lengths), _seconds(lengths))
    yield took


def _buckets(lengths: Sequence[float]) -> list[tuple[str, float]]:
    reached = list(accumulate(lengths))
    ends = range(EACH - 1, len(lengths) - 1, EACH)
    told = [(f"{upper_ms(place) / 1000:.4g}", reached[place]) for place in ends]
    return [*told, ("+Inf", reached[-1])]


def _seconds(lengths: Sequence[float]) -> float:
    """Return the time of all runs, each taken as long as the middle of its bucket."""
    middles = [(upper_ms(place) + upper_ms(place - 1)) / 2000 for place in range(len(lengths))]
    return sum(runs * middle for runs, middle in zip(lengths, middles, strict=True))


def _counter(name: str, about: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(name, about, labels=labels)


def _add(total: list[float], *numbers: float) -> None:
    for place, number in enumerate(numbers):
        total[place] += number


def _midnight() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
