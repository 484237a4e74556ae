"""Telemetry behind the fence."""

from django.db import migrations

from armproject.lib.isolation import APP_ROLE, Isolate

# Room on each page for the spans of a run that arrive after its first.
ROOM = """
ALTER TABLE telemetry_run SET (fillfactor = 80);
ALTER TABLE telemetry_modeluse SET (fillfactor = 50);
ALTER TABLE telemetry_source SET (fillfactor = 80);
"""
# Old days of spans leave whole. Owned by the owner of the tables, callable by the application: it
# can drop days of this one table that are over, nothing else.
DROP_DAYS = f"""
CREATE FUNCTION arm_drop_span_days(keep integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '2s'
AS $arm$
DECLARE
  day record;
  dropped integer := 0;
BEGIN
  IF keep IS NULL OR keep < 2 THEN
    RAISE EXCEPTION 'the last two days are always kept';
  END IF;
  FOR day IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'public.telemetry_span'::regclass
       AND c.relname ~ '^telemetry_span_[0-9]{{4}}_[0-9]{{2}}_[0-9]{{2}}$'
       AND to_date(right(c.relname, 10), 'YYYY_MM_DD') < current_date - keep
     ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE public.%I', day.relname);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $arm$;
REVOKE ALL ON FUNCTION arm_drop_span_days(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arm_drop_span_days(integer) TO {APP_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0001_initial")]

    operations = [
        Isolate("Source"),
        Isolate("Run"),
        Isolate("Span", rights="SELECT, INSERT", linked=False),
        Isolate("ModelUse", linked=False),
        Isolate("Rejection", linked=False),
        migrations.RunSQL([ROOM, DROP_DAYS]),
    ]
