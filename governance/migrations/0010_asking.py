from django.db import migrations

# What else the audit log is asked for: everything of one request or trace, and of one kind of
# principal, however rare. Events without a request or trace are in no index of those.
ASKED_FOR = """
CREATE INDEX audit_by_request ON governance_auditevent (organization_id, request_id)
  WHERE request_id <> '';
CREATE INDEX audit_by_trace ON governance_auditevent (organization_id, trace_id)
  WHERE trace_id <> '';
CREATE INDEX audit_by_kind ON governance_auditevent (organization_id, actor_kind, id DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0009_finding")]

    operations = [migrations.RunSQL(ASKED_FOR)]
