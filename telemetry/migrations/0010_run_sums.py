"""Sums of runs by the minute, hour and day, which the database keeps exact."""

import accounts.fence
import armproject.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from armproject.lib.isolation import Isolate

BUCKETS = range(1, 65)
ADDED = (
    *("runs", "succeeded", "failed", "incomplete", "llm_calls", "tool_calls", "errors"),
    *("input_tokens", "output_tokens", "cost", "unpriced"),
)
OWN = ("llm_calls", "tool_calls", "errors", "input_tokens", "output_tokens", "cost", "unpriced")

# Bucket 1 holds all up to 10 ms, each further one is a quarter longer, the 64th holds the rest.
BUCKET = """
CREATE FUNCTION arm_length_bucket(took interval) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $arm$
  SELECT least(64, 1 + ceil(ln(greatest(extract(epoch FROM took)::float8 * 100, 1)) / ln(1.25))::int)
$arm$;
"""

# First runs that are alike become one row, then each of those counts for all it is summed by.
KEEP = f"""
INSERT INTO telemetry_runsum AS kept
       (id, organization_id, grain, "of", key, at, part, {", ".join(ADDED)}, lengths)
SELECT gen_random_uuid(), organization_id, grain, sort, key, date_trunc(grain, minute, 'UTC'), {{part}},
       sum(runs), coalesce(sum(runs) FILTER (WHERE status = 'succeeded'), 0),
       coalesce(sum(runs) FILTER (WHERE status = 'failed'), 0),
       coalesce(sum(runs) FILTER (WHERE status = 'incomplete'), 0),
       {", ".join(f"sum({name})" for name in OWN)},
       ARRAY[{", ".join(f"coalesce(sum(runs) FILTER (WHERE bucket = {n}), 0)" for n in BUCKETS)}]
  FROM (
    SELECT organization_id, date_trunc('minute', started_at, 'UTC') AS minute, source_id, app,
           environment, model, status, sum(sign) AS runs,
           CASE WHEN status IN ('succeeded', 'failed')
                THEN arm_length_bucket(ended_at - started_at) END AS bucket,
           {", ".join(f"sum(sign * {name}) AS {name}" for name in OWN)}
      FROM {{moved}}
     GROUP BY organization_id, minute, source_id, app, environment, model, status, bucket
    HAVING ROW(sum(sign), {", ".join(f"sum(sign * {name})" for name in OWN)})
           <> ROW(0, {", ".join("0" for _ in OWN)})
  ) AS alike
 CROSS JOIN LATERAL (VALUES
   ('all', ''), ('source', source_id::text), ('app', left(app, 200)),
   ('environment', left(environment, 200)), ('model', left(model, 200))
 ) AS place(sort, key)
 CROSS JOIN (VALUES ('day'), ('hour'), ('minute')) AS cut(grain)
 WHERE (sort = 'all' OR key <> '')
   AND (grain <> 'minute' OR minute >= date_trunc('minute', now() - interval '3 days', 'UTC'))
 GROUP BY organization_id, grain, sort, key, date_trunc(grain, minute, 'UTC')
 ORDER BY organization_id, grain, sort, key, date_trunc(grain, minute, 'UTC')
ON CONFLICT (organization_id, grain, "of", key, at, part) DO UPDATE SET
  {", ".join(f"{name} = kept.{name} + excluded.{name}" for name in ADDED)},
  lengths = ARRAY[{", ".join(f"kept.lengths[{n}] + excluded.lengths[{n}]" for n in BUCKETS)}];
"""
TAKEN = (
    *("organization_id", "started_at", "ended_at", "source_id", "app", "environment", "model"),
    *("status", *OWN),
)
ONE = f"(SELECT {{sign}} AS sign, {', '.join(TAKEN)} FROM {{table}})"
BEGUN = KEEP.format(part=0, moved=ONE.format(sign=1, table="fresh") + " AS moved")
CHANGED = KEEP.format(
    part=1,
    moved="("
    + ONE.format(sign=-1, table="stale")
    + " UNION ALL "
    + ONE.format(sign=1, table="fresh")
    + ") AS moved",
)

# Both kinds of triggers fire for whoever may change a run, and the fence binds them like anybody.
FOLLOW = f"""
CREATE FUNCTION arm_runs_inserted() RETURNS trigger LANGUAGE plpgsql AS $arm$
BEGIN
  IF EXISTS (SELECT FROM fresh) THEN {BEGUN} END IF;
  RETURN NULL;
END $arm$;
CREATE FUNCTION arm_runs_updated() RETURNS trigger LANGUAGE plpgsql AS $arm$
BEGIN
  IF EXISTS (SELECT FROM fresh) THEN {CHANGED} END IF;
  RETURN NULL;
END $arm$;
CREATE TRIGGER summed_insert AFTER INSERT ON telemetry_run
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION arm_runs_inserted();
CREATE TRIGGER summed_update AFTER UPDATE ON telemetry_run
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION arm_runs_updated();
-- Room on each page for what the present minute, hour and day still grow by.
ALTER TABLE telemetry_runsum SET (fillfactor = 60);
"""
# What was kept before counts too. The owner of the tables is bound by the fence but for a moment.
KNOWN = f"""
ALTER TABLE telemetry_run NO FORCE ROW LEVEL SECURITY;
ALTER TABLE telemetry_runsum NO FORCE ROW LEVEL SECURITY;
{KEEP.format(part=0, moved=ONE.format(sign=1, table="telemetry_run") + " AS moved")}
ALTER TABLE telemetry_run FORCE ROW LEVEL SECURITY;
ALTER TABLE telemetry_runsum FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_invited_roles'),
        ('telemetry', '0009_fence_quarantine'),
    ]

    operations = [
        migrations.CreateModel(
            name='RunSum',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('grain', models.CharField(choices=[('minute', 'Minute'), ('hour', 'Hour'), ('day', 'Day')], max_length=6)),
                ('of', models.CharField(choices=[('all', 'All runs'), ('source', 'Source'), ('app', 'App'), ('environment', 'Environment'), ('model', 'Model')], max_length=11)),
                ('key', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('part', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('runs', models.BigIntegerField(default=0)),
                ('succeeded', models.BigIntegerField(default=0)),
                ('failed', models.BigIntegerField(default=0)),
                ('incomplete', models.BigIntegerField(default=0)),
                ('llm_calls', models.BigIntegerField(default=0)),
                ('tool_calls', models.BigIntegerField(default=0)),
                ('errors', models.BigIntegerField(default=0)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('unpriced', models.BigIntegerField(default=0)),
                ('lengths', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-at'],
                'indexes': [models.Index(fields=['organization', 'grain', 'of', 'at'], name='run_sums_by_time')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'grain', 'of', 'key', 'at', 'part'), name='runs_are_summed_once')],
            },
        ),
        Isolate("RunSum", linked=False),
        migrations.RunSQL([BUCKET, FOLLOW, KNOWN]),
    ]
