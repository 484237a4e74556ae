"""What lists and boards are asked costs what the answer holds, not how many runs there are."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection as database

from telemetry.models import Run, Source
from telemetry.reports.performance import CUTS, Period, bounds
from telemetry.reports.run_sums import IN_STEPS
from tests.cast import House, make_house
from tests.governance.sealed import as_owner

RUNS, RARE = 30_000, 30
# Blocks of 8 kB that one question may touch; all runs together have far more.
MOST_BLOCKS = 250
# The rare ones are the oldest, which is where a walk from the newest finds them last.
FILL = """
INSERT INTO telemetry_run (id, organization_id, trace_id, source_id, name, status, is_ended,
  head_rank, head_started_at, started_at, ended_at, last_heard_at, conversation, end_user, app,
  environment, model, spans, llm_calls, tool_calls, errors, input_tokens, output_tokens,
  cached_tokens, cache_write_tokens, cost, unpriced, error_type, error_message)
SELECT gen_random_uuid(), %(organization)s, gen_random_uuid(),
       CASE WHEN rare THEN %(rare)s ELSE %(usual)s END::uuid, 'invoke_agent porter',
       CASE WHEN rare THEN 'incomplete' WHEN mod(n, 20) = 0 THEN 'failed' ELSE 'succeeded' END,
       true, 2, at, at, at + interval '3 seconds', at, 'c' || n / 3, 'u' || n / 5,
       CASE WHEN rare THEN 'old' ELSE 'web' END, CASE WHEN rare THEN 'lab' ELSE 'production' END,
       CASE WHEN rare THEN 'gpt-1' ELSE 'gpt-4o' END, 10, 4, 3,
       CASE WHEN rare THEN 1 ELSE 0 END, 1000, 100, 0, 0,
       CASE WHEN rare THEN 25 ELSE 0.004 END, 0, CASE WHEN rare THEN 'Odd' ELSE '' END, ''
  FROM generate_series(1, %(runs)s) n,
       LATERAL (SELECT now() - interval '1 minute' * n, n > %(runs)s - %(few)s) made(at, rare)
"""


@pytest.fixture
def long_list(committed: None) -> House:
    """Return a house with many runs."""
    house = make_house("Acme")
    with house.inside():
        ids = [
            Source.objects.create(key=name, last_seen_at=datetime.now(UTC)).pk
            for name in ("usual", "rare")
        ]
    with as_owner() as owner:
        asked = {"organization": house.organization.pk, "usual": ids[0], "rare": ids[1]}
        owner.execute(FILL, {**asked, "runs": RUNS, "few": RARE})
        owner.execute("ANALYZE telemetry_run")
        owner.execute("ANALYZE telemetry_runsum")
    return house


def blocks(said: str) -> int:
    """Return how many blocks the database touched to answer."""
    plan = json.loads(said)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def page(runs: Any) -> int:
    said = runs.order_by("-started_at", "-id")[:21].explain(
        analyze=True, buffers=True, format="json"
    )
    return blocks(said) if said else 0


Ask = Callable[[Any, Run], Any]
ASKED: dict[str, Ask] = {
    "the newest": lambda runs, _: runs,
    "a trace": lambda runs, one: runs.filter(trace_id=one.trace_id),
    "no such trace": lambda runs, _: runs.filter(trace_id=uuid4()),
    "a conversation": lambda runs, one: runs.filter(conversation=one.conversation),
    "a user": lambda runs, one: runs.filter(end_user=one.end_user),
    "nobody": lambda runs, _: runs.filter(end_user="nobody"),
    "a common app": lambda runs, _: runs.filter(app="web"),
    "a rare app": lambda runs, _: runs.filter(app="old"),
    "a rare environment": lambda runs, _: runs.filter(environment="lab"),
    "a rare model": lambda runs, _: runs.filter(model="gpt-1"),
    "a rare source": lambda runs, one: runs.of_sources([one.source_id]),
    "no source": lambda runs, _: runs.of_sources([UUID(int=1)]),
    "failures": lambda runs, _: runs.filter(status="failed"),
    "a rare status": lambda runs, _: runs.filter(status="incomplete"),
    "none running": lambda runs, _: runs.filter(status="running"),
    "rare errors": lambda runs, _: runs.filter(errors__gt=0),
    "a rare error": lambda runs, _: runs.filter(error_type="Odd"),
    "dear runs": lambda runs, _: runs.costing(Decimal(10)),
    "runs of some cost": lambda runs, _: runs.costing(Decimal("0.003")),
    "runs from an odd cost": lambda runs, _: runs.costing(Decimal("12.5")),
    "nothing as dear": lambda runs, _: runs.costing(Decimal(1_000)),
    "long ago": lambda runs, one: runs.between(one.started_at, one.started_at + timedelta(hours=1)),
}


def test_a_page_of_runs_touches_few_blocks(long_list: House) -> None:
    with long_list.inside():
        one = Run.objects.order_by("started_at").first()
        touched = {name: page(ask(Run.objects.all(), one)) for name, ask in ASKED.items()}
        all_of_it = page(Run.objects.filter(name="nobody called it so"))
    assert {name: number for name, number in touched.items() if number > MOST_BLOCKS} == {}
    assert all_of_it > 4 * MOST_BLOCKS


def test_runs_by_cost_are_exactly_those(long_list: House) -> None:
    with long_list.inside():
        for amount in ("0", "0.003", "0.004", "0.01", "10", "12.5", "25", "25.1"):
            cost = Decimal(amount)
            assert Run.objects.costing(cost).count() == Run.objects.filter(cost__gte=cost).count()
        assert Run.objects.of_sources([]).count() == 0
        both = list(Source.objects.values_list("pk", flat=True))
        assert Run.objects.of_sources(both).count() == RUNS


@pytest.mark.parametrize("period", [Period.HOUR, Period.DAY, Period.WEEK, Period.MONTH])
def test_a_board_touches_few_blocks(long_list: House, period: Period) -> None:
    start, end = bounds(period)
    asked = {
        "organization": long_list.organization.pk,
        "grain": str(CUTS[period].grain),
        "of": "all",
        "keys": [""],
        "start": start - (end - start),
        "end": end,
        "step": CUTS[period].step.total_seconds(),
    }
    with long_list.inside(), database.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {IN_STEPS}", asked)
        said = cursor.fetchone()[0]
    assert blocks(said if isinstance(said, str) else json.dumps(said)) < 2 * MOST_BLOCKS
