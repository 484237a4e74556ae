from decimal import Decimal

import django.core.validators
from django.db import migrations, models

# Rate limits: of each bucket, the moment at which it will be empty, in microseconds.
#
# The table is unlogged: after a crash of the server all buckets are empty, and no call waits for a
# disk. Locks are taken in one order, so calls that share buckets wait for each other and never in
# a circle.
BUCKETS = """
CREATE UNLOGGED TABLE arm_rate_bucket (
    key text PRIMARY KEY, empty_at bigint NOT NULL
) WITH (fillfactor = 50);

CREATE FUNCTION arm_take_calls(keys text[], intervals bigint[], tolerances bigint[], cost integer)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    moment bigint;
    levels bigint[];
    fits boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(place) FROM (
        SELECT DISTINCT hashtextextended(key, 0) AS place FROM unnest(keys) AS key ORDER BY 1
    ) AS places;
    moment := extract(epoch FROM clock_timestamp()) * 1000000;
    SELECT array_agg(greatest(coalesce(b.empty_at, 0) - moment, 0) ORDER BY number)
      INTO levels
      FROM unnest(keys) WITH ORDINALITY AS asked(key, number)
      LEFT JOIN arm_rate_bucket b ON b.key = asked.key;
    SELECT bool_and(level + cost * step <= most)
      INTO fits
      FROM unnest(levels, intervals, tolerances) AS bucket(level, step, most);
    IF fits THEN
        SELECT array_agg(level + cost * step ORDER BY number)
          INTO levels
          FROM unnest(levels, intervals) WITH ORDINALITY AS bucket(level, step, number);
        INSERT INTO arm_rate_bucket AS b (key, empty_at)
        SELECT key, moment + level FROM unnest(keys, levels) AS filled(key, level)
            ON CONFLICT (key) DO UPDATE SET empty_at = excluded.empty_at;
    END IF;
    RETURN fits::integer::bigint || levels;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON arm_rate_bucket TO arm_app;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_keys")]

    operations = [
        migrations.RunSQL(BUCKETS),
        migrations.AddField(
            "Organization",
            "rate_limit_factor",
            models.DecimalField(
                decimal_places=2,
                default=Decimal(1),
                help_text="Calls allowed, as a multiple of what is usual here.",
                max_digits=6,
                validators=[
                    django.core.validators.MinValueValidator(Decimal("0.01")),
                    django.core.validators.MaxValueValidator(1000),
                ],
            ),
        ),
    ]
