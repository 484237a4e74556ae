"""What the new spans of a batch add to their runs, and to what models were used."""

from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec

from telemetry.records import SpanRecord
from telemetry.staging import MICROSECONDS, Line

# How well a span stands for its run: nobody above it; an agent or a workflow; any other.
TOP, MIDDLE, OTHER = 2, 1, 0
HEADS = frozenset({"agent", "workflow"})
USED_BY = frozenset({"llm", "embedding"})
SECONDS_OF_AN_HOUR = 3_600
ZERO = Decimal(0)


class RunSum(msgspec.Struct, gc=False):
    """What a batch tells of one run; the columns are those of `Run`, moments in microseconds."""

    id: str
    trace_id: str
    source_id: str
    name: str
    head_rank: int
    head_started_us: int
    status: str
    started_us: int
    ended_us: int
    is_ended: bool = False
    conversation: str = ""
    end_user: str = ""
    app: str = ""
    environment: str = ""
    model: str = ""
    error_type: str = ""
    error_message: str = ""
    spans: int = 0
    llm_calls: int = 0
    tool_calls: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    cost: Decimal = ZERO
    unpriced: int = 0


class UseSum(msgspec.Struct, gc=False):
    """What a batch tells of one source's calls of one model in one hour (seconds since 1970)."""

    source_id: str
    vendor: str
    model: str
    hour: int
    calls: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    cost: Decimal = ZERO
    unpriced: int = 0


def sum_up(lines: Iterable[Line]) -> tuple[list[RunSum], list[UseSum]]:
    """Return the sums of these spans, each list in the order in which its rows are locked."""
    runs: dict[str, RunSum] = {}
    uses: dict[tuple[Any, ...], UseSum] = {}
    # In the order of time, so that the earliest span that tells something is the first.
    for each in sorted(lines, key=attrgetter("started_us", "id")):
        run = runs.get(each.run_id)
        if run is None:
            run = runs[each.run_id] = _begun(each)
        _add_to_run(run, each, each.record)
        if each.record.counts_twice:
            continue
        _add_tokens(run, each)
        if each.record.kind in USED_BY:
            _add_to_use(uses, each)
    ordered = sorted(uses.values(), key=attrgetter("source_id", "hour", "vendor", "model"))
    return sorted(runs.values(), key=attrgetter("id")), ordered


def rank(record: SpanRecord) -> int:
    """Return how well this span can say what its run is called and how it ended."""
    if not record.parent_id:
        return TOP
    return MIDDLE if record.kind in HEADS else OTHER


def _begun(line: Line) -> RunSum:
    return RunSum(
        line.run_id,
        line.record.trace_id,
        line.source_id,
        name="",
        head_rank=-1,
        head_started_us=line.started_us,
        status="",
        started_us=line.started_us,
        ended_us=line.started_us,
    )


def _add_to_run(run: RunSum, line: Line, record: SpanRecord) -> None:
    run.spans += 1
    run.ended_us = max(run.ended_us, line.started_us + (line.duration_us or 0))
    run.conversation = run.conversation or record.conversation_id
    run.end_user = run.end_user or record.user_id
    run.app = run.app or record.app
    run.environment = run.environment or record.environment
    if record.kind == "tool":
        run.tool_calls += 1
    elif record.kind == "llm":
        _add_call(run, line, record)
    if record.status == "error":
        run.errors += 1
        run.error_type = run.error_type or record.error_type
        run.error_message = run.error_message or line.error_message
    standing = rank(record)
    if standing > run.head_rank:
        _put_at_its_head(run, line, record, standing)
    if record.ends_run:
        _end(run, record)


def _add_call(run: RunSum, line: Line, record: SpanRecord) -> None:
    run.model = run.model or record.response_model or record.model
    if not record.counts_twice:
        run.llm_calls += 1
        run.unpriced += line.cost is None


def _put_at_its_head(run: RunSum, line: Line, record: SpanRecord, standing: int) -> None:
    run.source_id, run.name = line.source_id, record.name
    run.head_rank, run.head_started_us = standing, line.started_us
    if run.is_ended:
        return
    is_open = standing == OTHER or line.duration_us is None
    run.status = "running" if is_open else _outcome(record)


def _end(run: RunSum, record: SpanRecord) -> None:
    """Let the run end as this span says; of several ends one that failed counts."""
    if not run.is_ended or run.status != "failed":
        run.status = _outcome(record)
    run.is_ended = True


def _outcome(record: SpanRecord) -> str:
    return "failed" if record.status == "error" else "succeeded"


def _add_tokens(total: RunSum | UseSum, line: Line) -> None:
    record = line.record
    total.input_tokens += record.input_tokens or 0
    total.output_tokens += record.output_tokens or 0
    total.cached_tokens += record.cache_read_tokens or 0
    total.cache_write_tokens += record.cache_write_tokens or 0
    if line.cost is not None:
        total.cost += line.cost


def _add_to_use(uses: dict[tuple[Any, ...], UseSum], line: Line) -> None:
    record = line.record
    model = record.response_model or record.model
    hour = line.started_us // MICROSECONDS // SECONDS_OF_AN_HOUR * SECONDS_OF_AN_HOUR
    key = (line.source_id, record.vendor, model, hour)
    use = uses.get(key)
    if use is None:
        use = uses[key] = UseSum(*key)
    use.calls += 1
    use.errors += record.status == "error"
    use.unpriced += line.cost is None
    _add_tokens(use, line)
