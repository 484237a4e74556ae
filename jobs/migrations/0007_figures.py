"""How much work waits, for whoever watches the whole installation."""

from django.db import migrations

from armproject.lib.isolation import definer_function

# Nothing is counted beyond what somebody would act upon: the answer costs the same in any table.
FIGURES = definer_function(
    "arm_job_figures()",
    returns="TABLE (waiting bigint, retrying bigint, oldest timestamptz, running bigint, dead bigint)",
    body="""
      SELECT (SELECT count(*) FROM (SELECT FROM jobs_job
               WHERE state = 'pending' AND run_after <= now() LIMIT 10000) AS due),
             (SELECT count(*) FROM (SELECT attempts FROM jobs_job
               WHERE state = 'pending' LIMIT 10000) AS pending WHERE attempts > 0),
             (SELECT min(run_after) FROM jobs_job WHERE state = 'pending' AND run_after <= now()),
             (SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')),
             (SELECT coalesce(sum(own.number), 0)::bigint FROM accounts_organization o
               CROSS JOIN LATERAL (SELECT count(*) AS number FROM (SELECT FROM jobs_job j
                 WHERE j.organization_id = o.id AND j.state = 'dead' LIMIT 1000) AS dead) AS own)
    """,
)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0005_fence_outbox")]

    operations = [migrations.RunSQL(FIGURES, "DROP FUNCTION arm_job_figures()")]
