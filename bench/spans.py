"""Runs and spans of a month, few and a hundred times as many: what people look at costs the same.

Both databases are filled by SQL, the way the rows stand after ingestion; triggers sum the runs as
they do then. What is rare stands at the far end, where a walk from the newest comes last. Each
round asks one path of both, one after the other.
"""

import statistics
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.fence import acting, fenced
from accounts.models import Organization
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from agents.models import Agent
from armproject.lib.partitions import ensure_partitions
from bench.databases import open_database, superuser, url_of
from bench.estate import Estate, draw_key, found
from bench.lists import person, program
from bench.load import measure
from bench.rows import Row, say
from bench.server import serving
from telemetry.models import Run, Source

SMALL, LARGE = 500_000, 50_000_000
QUICK_SMALL, QUICK_LARGE = 50_000, 500_000
SPANS_OF_A_RUN, DAYS, SOURCES, RARE = 10, 28, 40, 30
CHUNK = 100_000
RATIO = 2.0
STUDIO = "/studio/telemetry"

RUNS = """
INSERT INTO telemetry_run (id, organization_id, trace_id, source_id, name, status, is_ended,
  head_rank, head_started_at, started_at, ended_at, last_heard_at, conversation, end_user, app,
  environment, model, spans, llm_calls, tool_calls, errors, input_tokens, output_tokens,
  cached_tokens, cache_write_tokens, cost, unpriced, error_type, error_message)
SELECT md5('run' || n)::uuid, %(organization)s, md5('trace' || n)::uuid,
       (%(sources)s::uuid[])[CASE WHEN rare THEN 1 ELSE 2 + mod(n, %(others)s::int) END],
       'invoke_agent worker ' || mod(n, %(others)s::int),
       CASE WHEN rare THEN 'incomplete' WHEN mod(n, 25) = 0 THEN 'failed' ELSE 'succeeded' END,
       true, 2, at, at, at + interval '1 millisecond' * (200 + mod(n::bigint * 7919, 20000)), at,
       'conversation ' || n / 3, 'user ' || n / 5, CASE WHEN rare THEN 'old' ELSE 'web' END,
       CASE WHEN rare THEN 'lab' ELSE 'production' END,
       CASE WHEN rare THEN 'gpt-1' ELSE 'gpt-4o' END,
       %(spans)s::int, 4, 3, CASE WHEN rare OR mod(n, 25) = 0 THEN 1 ELSE 0 END,
       500 + mod(n, 4000), 100 + mod(n, 300), 0, 0, CASE WHEN rare THEN 25 ELSE 0.004 END, 0,
       CASE WHEN rare THEN 'Odd' WHEN mod(n, 25) = 0 THEN 'Timeout' ELSE '' END, ''
  FROM generate_series(%(first)s::int, %(last)s::int) n,
       LATERAL (SELECT %(now)s::timestamptz - n * %(apart)s::interval,
                       n > %(whole)s::int - %(rare)s::int)
            made(at, rare)
"""
SPANS = """
INSERT INTO telemetry_span (id, organization_id, started_at, run_id, source_id, span_id, parent_id,
  kind, status, name, duration_us, vendor, model, input_tokens, output_tokens, counted, cost,
  tool_name, tool_call_id, error_type, error_message, attributes_json)
SELECT md5('span' || n || ' ' || step)::uuid, %(organization)s,
       r.started_at + step * interval '100 milliseconds', r.id, r.source_id, n * 16 + step,
       CASE WHEN step > 0 THEN n * 16 END, (ARRAY['agent', 'llm', 'tool'])[1 + mod(step, 3)],
       'ok', 'step ' || step, 90000, 'openai', r.model, 100, 20, true, 0.0004, 'lookup', '', '',
       '', '{"server.address":"api.openai.com"}'
  FROM generate_series(%(first)s::int, %(last)s::int) n
  JOIN telemetry_run r ON r.id = md5('run' || n)::uuid
 CROSS JOIN generate_series(0, %(spans)s::int - 1) step
"""

Paths = dict[str, tuple[str, str]]


def run(*, quick: bool) -> list[Row]:
    """Return each path's time in both databases, and how much dearer it is in the large one."""
    few, many = (
        spans(number) for number in ((QUICK_SMALL, QUICK_LARGE) if quick else (SMALL, LARGE))
    )
    rounds, seconds = (3, 0.15) if quick else (7, 1.0)
    with serving(few) as small, serving(many) as large:
        ports = {"small": small, "large": large}
        headers = {
            "api": {"small": program(few), "large": program(many)},
            "page": {name: person(port) for name, port in ports.items()},
        }
        paths = {"small": _paths(few), "large": _paths(many)}
        times: dict[str, dict[str, list[float]]] = {}
        for number in range(rounds + 1):  # the first one warms up
            say(f"spans: round {number} of {rounds}")
            for name in paths["small"]:
                for size, port in ports.items():
                    kind, path = paths[size][name]
                    found = measure(port, path, headers[kind][size], seconds=seconds, connections=1)
                    if number:
                        times.setdefault(name, {}).setdefault(size, []).append(found.median_ms)
    return [row for name, each in times.items() for row in _rows(name, each, many.number)]


def _rows(name: str, times: dict[str, list[float]], number: int) -> list[Row]:
    ratio = statistics.median(
        large / small for large, small in zip(times["large"], times["small"], strict=True)
    )
    return [
        Row(f"{name}, {number:,} spans", statistics.median(times["large"]), "ms"),
        Row(f"{name}, large against small", ratio, "times", bar=RATIO, at_most=True),
    ]


def _paths(estate: Estate) -> Paths:
    """Return what is asked: the same questions of either database, by ids of its own."""
    _point_at(estate)
    with acting(system("bench"), _organization(), PERMISSIONS), fenced():
        oldest = Run.objects.order_by("started_at")[0]
        rare = Agent.objects.get(name="worker 0").pk
    ago = (timezone.now() - timedelta(days=DAYS - 1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = {
        "newest": "",
        "oldest first": "ordering=started_at",
        "a rare agent": f"agent={rare}",
        "a rare source": f"source={oldest.source_id}",
        "a trace": f"trace_id={oldest.trace_id.hex}",
        "a conversation": f"conversation_id={oldest.conversation.replace(' ', '+')}",
        "a user": f"user={oldest.end_user.replace(' ', '+')}",
        "failed": "status=failed",
        "a rare status": "status=incomplete",
        "a rare app": "app=old",
        "a rare environment": "environment=lab",
        "a rare model": "model=gpt-1",
        "a rare error": "error_type=Odd",
        "with errors": "has_errors=true",
        "without errors": "has_errors=false",
        "dear ones": "cost_from=10",
        "nothing as dear": "cost_from=1000",
        "since weeks": f"started_after={ago}",
        "until weeks ago": f"started_before={ago}",
    }
    listed: Paths = {
        f"runs: {name}": ("api", f"/api/v1/runs?{query}") for name, query in asked.items()
    }
    return {
        **listed,
        "steps of a run": ("api", f"/api/v1/runs/{oldest.pk}/spans"),
        "performance": ("api", "/api/v1/telemetry/performance?period=month"),
        "Studio: runs": ("page", f"{STUDIO}/run/"),
        "Studio: dear runs": ("page", f"{STUDIO}/run/?cost=10"),
        "Studio: a run": ("page", f"{STUDIO}/run/{oldest.pk}/change/"),
        "Studio: performance, a day": ("page", f"{STUDIO}/objective/performance"),
        "Studio: performance, a month": ("page", f"{STUDIO}/objective/performance?period=month"),
        "Studio: home": ("page", "/studio/"),
    }


def spans(number: int) -> Estate:
    """Return a database with this many spans, made if it is not there yet."""
    name = f"arm_bench_spans_{number}"
    open_database(name, _fill, number)
    return Estate(number, url_of(name), draw_key())


def _point_at(estate: Estate) -> None:
    open_database(f"arm_bench_spans_{estate.number}", _fill, estate.number)


def _organization() -> UUID:
    key: UUID = Organization.objects.raw("SELECT id FROM arm_organizations()")[0].pk
    return key


def _fill(number: int) -> None:
    organization, _ = found(number)
    now = timezone.now()
    with acting(system("bench"), organization.pk, PERMISSIONS), fenced():
        sources = _sources()
        ensure_partitions("telemetry_span", "day", (now - timedelta(days=DAYS)).date(), DAYS + 3)
    whole = number // SPANS_OF_A_RUN
    asked: dict[str, Any] = {
        "organization": organization.pk,
        "sources": sources,
        "others": SOURCES - 1,
        "spans": SPANS_OF_A_RUN,
        "whole": whole,
        "rare": RARE,
        "now": now,
        "apart": timedelta(days=DAYS - 0.5) / whole,
    }
    with superuser() as server:
        server.execute("SET synchronous_commit = off")
        server.execute("SELECT set_config('arm.organization', %s, false)", [str(organization.pk)])
        for first in range(1, whole + 1, CHUNK):
            part = {**asked, "first": first, "last": min(first + CHUNK - 1, whole)}
            server.execute(RUNS, part)
            server.execute(SPANS, part)
            say(f"{part['last'] * SPANS_OF_A_RUN:,} of {number:,} spans")
        for table in ("run", "runsum", "span", "source"):
            server.execute(f"VACUUM ANALYZE telemetry_{table}")


def _sources() -> list[UUID]:
    ids = []
    for number in range(SOURCES):
        name = f"worker {number}"
        agent = Agent.objects.create(name=name, vendor="custom", vendor_agent_id=name)
        source = Source.objects.create(
            agent=agent, key=str(agent), agent_name=str(agent), last_seen_at=timezone.now()
        )
        ids.append(source.pk)
    return ids
