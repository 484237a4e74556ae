"""The audit log behind the fence, and closed to every change."""

from django.db import migrations

from armproject.lib.isolation import AppendOnly, Isolate

# The clock and the transaction's number are the database's to say, never the writer's: both are
# overwritten on arrival. The number lets a seal wait for every transaction that could still add.
STAMP = """
ALTER TABLE governance_auditevent ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE FUNCTION arm_stamp_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := clock_timestamp();
  NEW.xid := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER stamped BEFORE INSERT ON governance_auditevent
  FOR EACH ROW EXECUTE FUNCTION arm_stamp_event();
ALTER TABLE governance_auditevent ALTER COLUMN at SET DEFAULT clock_timestamp();
"""

INDEXES = """
CREATE INDEX audit_newest ON governance_auditevent (organization_id, id DESC);
CREATE INDEX audit_by_resource ON governance_auditevent
  (organization_id, resource_type, resource_id, id DESC);
CREATE INDEX audit_by_actor ON governance_auditevent (organization_id, actor_id, id DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]

    operations = [
        Isolate("AuditEvent", rights="SELECT, INSERT", linked=False),
        AppendOnly("AuditEvent"),
        migrations.RunSQL([STAMP, INDEXES]),
    ]
