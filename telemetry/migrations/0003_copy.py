"""Spans may come in by COPY, and stay inside the organization of their transaction all the same."""

from django.db import migrations

# A role that row-level security does not bind is held by this, by the rule of the policy. COPY
# keeps its speed: nothing is called for a row that belongs here.
INSIDE = """
CREATE FUNCTION arm_refuse_stray() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % stay inside the organization of their transaction', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER stays_inside AFTER INSERT ON telemetry_span FOR EACH ROW
  WHEN (NEW.organization_id IS DISTINCT FROM arm_current_organization())
  EXECUTE FUNCTION arm_refuse_stray();
"""
# A server whose roles somebody else looks after need not have this one.
ADMIT = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'arm_ingest') THEN
    GRANT INSERT ON telemetry_span TO arm_ingest;
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0002_fence")]

    operations = [migrations.RunSQL([INSIDE, ADMIT], migrations.RunSQL.noop)]
