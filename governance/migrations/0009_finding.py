from django.db import migrations

# What the audit log is searched by; names are compared byte by byte, so that a prefix is a range.
SEARCH = """
CREATE INDEX audit_by_action ON governance_auditevent (organization_id, action, id DESC);
CREATE INDEX audit_by_actor_name ON governance_auditevent
  (organization_id, actor_label COLLATE "C");
CREATE INDEX audit_by_resource_name ON governance_auditevent
  (organization_id, resource_label COLLATE "C");
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0008_alerts_by_severity")]

    operations = [migrations.RunSQL(SEARCH)]
