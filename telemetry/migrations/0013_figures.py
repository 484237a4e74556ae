"""How the runs of all organizations ended, for whoever watches the whole installation."""

from django.db import migrations

from armproject.lib.isolation import definer_function

# A few rows of each organization, read by their index.
FIGURES = definer_function(
    "arm_run_figures(since timestamptz)",
    returns="TABLE (day timestamptz, succeeded bigint, failed bigint, incomplete bigint,"
    " lengths bigint[])",
    body="""
      WITH kept AS MATERIALIZED (
        SELECT s.at, s.succeeded, s.failed, s.incomplete, s.lengths
          FROM accounts_organization o JOIN telemetry_runsum s
            ON s.organization_id = o.id AND s.grain = 'day' AND s."of" = 'all' AND s.at >= since
      ), buckets AS (
        SELECT kept.at, b.place, sum(b.runs)::bigint AS runs
          FROM kept CROSS JOIN LATERAL unnest(kept.lengths) WITH ORDINALITY AS b(runs, place)
         GROUP BY kept.at, b.place
      )
      SELECT kept.at, sum(kept.succeeded)::bigint, sum(kept.failed)::bigint,
             sum(kept.incomplete)::bigint,
             (SELECT array_agg(b.runs ORDER BY b.place) FROM buckets b WHERE b.at = kept.at)
        FROM kept GROUP BY kept.at
    """,
)


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0012_found_runs"), ("accounts", "0002_fence")]

    operations = [
        migrations.RunSQL(
            ["GRANT SELECT ON telemetry_runsum TO arm_definer", *FIGURES],
            "DROP FUNCTION arm_run_figures(timestamptz)",
        )
    ]
