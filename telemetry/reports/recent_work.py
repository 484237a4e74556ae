"""How the recent work of agents went, from their runs."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection as database

from accounts.fence import current_organization_id
from connectors.base import HealthReading

# Of the last day, the newest runs that ended; that bounds the cost for the busiest agent.
NEWEST = 200
RECENT = f"""
SELECT agent.id, count(*), count(*) FILTER (WHERE run.status = 'failed'),
       percentile_disc(0.95) WITHIN GROUP (ORDER BY run.took), max(run.ended_at),
       (array_agg(run.error_message ORDER BY run.started_at DESC)
         FILTER (WHERE run.status = 'failed' AND run.error_message <> ''))[1]
  FROM unnest(%s::uuid[]) AS agent(id)
 CROSS JOIN LATERAL (
   SELECT r.status, r.started_at, r.ended_at, r.error_message,
          (extract(epoch FROM r.ended_at - r.started_at) * 1000)::bigint AS took
     FROM telemetry_source s
    CROSS JOIN LATERAL (
      SELECT * FROM telemetry_run r
       WHERE r.organization_id = %s AND r.source_id = s.id
         AND r.started_at > now() - interval '1 day'
       ORDER BY r.started_at DESC, r.id DESC LIMIT {NEWEST}
    ) r
    WHERE s.organization_id = %s AND s.agent_id = agent.id AND r.status IN ('succeeded', 'failed')
    ORDER BY r.started_at DESC LIMIT {NEWEST}
 ) AS run
 GROUP BY agent.id
"""  # noqa: S608 - a number of our own
MOST_MS = 2**31 - 1


def recent_work(agents: Sequence[UUID]) -> dict[UUID, HealthReading]:
    """Return how the runs of these agents ended within the last day, the newest of each."""
    organization = current_organization_id()
    with database.cursor() as cursor:
        cursor.execute(RECENT, [list(agents), organization, organization])
        rows = cursor.fetchall()
    return {
        agent: HealthReading(
            exists=None,
            requests=runs,
            errors=failed,
            p95_ms=min(p95, MOST_MS),
            last_seen_at=last,
            last_error=error or "",
        )
        for agent, runs, failed, p95, last, error in rows
    }
