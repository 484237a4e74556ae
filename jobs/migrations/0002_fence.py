"""Jobs behind the fence, and the one function that hands them out across it."""

from django.db import migrations

from armproject.lib.isolation import Isolate, Share, definer_function

# Which jobs are due is asked of the partial indexes; then organizations take turns, lanes keep to
# their slots, and rows that another relay is just taking are passed over.
CLAIM = definer_function(
    "arm_claim_jobs(batch integer, in_flight integer, lane_slots integer, lease interval)",
    returns="TABLE (id uuid, organization_id uuid)",
    body="""
      WITH busy AS (
        SELECT lane, count(*) AS taken FROM jobs_job
         WHERE state IN ('queued', 'running') AND lease_until >= clock_timestamp()
         GROUP BY lane
      ), due AS (
        (SELECT j.id, j.organization_id, j.lane, j.run_after FROM jobs_job j
          WHERE j.state = 'pending' AND j.run_after <= clock_timestamp()
          ORDER BY j.run_after LIMIT 5000)
        UNION ALL
        (SELECT j.id, j.organization_id, j.lane, j.run_after FROM jobs_job j
          WHERE j.state IN ('queued', 'running') AND j.lease_until < clock_timestamp()
          ORDER BY j.lease_until LIMIT 5000)
      ), turns AS (
        SELECT due.*, row_number() OVER (
                 PARTITION BY due.organization_id ORDER BY due.run_after, due.id) AS turn
          FROM due
      ), placed AS (
        SELECT turns.*, row_number() OVER (
                 PARTITION BY turns.lane ORDER BY turns.turn, turns.run_after, turns.id) AS place
          FROM turns
      ), chosen AS (
        SELECT placed.id FROM placed LEFT JOIN busy ON busy.lane = placed.lane
         WHERE placed.lane = 'local' OR placed.place <= lane_slots - coalesce(busy.taken, 0)
         ORDER BY placed.turn, placed.run_after, placed.id
         LIMIT greatest(least(batch, in_flight - (SELECT coalesce(sum(taken), 0) FROM busy)), 0)
      ), locked AS (
        SELECT j.id FROM jobs_job j
         WHERE j.id IN (SELECT chosen.id FROM chosen)
           AND (j.state = 'pending' OR j.lease_until < clock_timestamp())
           FOR UPDATE SKIP LOCKED
      )
      UPDATE jobs_job j
         SET state = 'queued', lease_until = clock_timestamp() + lease
        FROM locked WHERE j.id = locked.id
      RETURNING j.id, j.organization_id
    """,
)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("accounts", "0002_fence")]

    operations = [
        Isolate("Job"),
        Isolate("ScheduleRun"),
        Share("Pulse", rights="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(["GRANT SELECT, UPDATE ON jobs_job TO arm_definer", *CLAIM]),
    ]
