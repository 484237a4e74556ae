"""The outbox behind the fence, in the order in which news goes out."""

from django.db import migrations

from armproject.lib.isolation import Isolate, definer_function

# In the order of these two nothing is missed: what an older transaction wrote may be read only
# once no older one can still be under way.
ORDER = """
ALTER TABLE jobs_outboxevent
  ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  ADD COLUMN number bigint NOT NULL GENERATED ALWAYS AS IDENTITY;
CREATE INDEX outbox_in_order ON jobs_outboxevent (organization_id, xid, number);
"""
# What an installation's metrics tell of all organizations together.
FIGURES = definer_function(
    "arm_outbox_figures()",
    returns="TABLE (waiting_since timestamptz, dead bigint, retrying bigint, lost bigint)",
    body="""
      SELECT least(
               (SELECT min(d.since) FROM jobs_delivery d
                 WHERE d.state IN ('pending', 'failed')),
               (SELECT min(e.created_at) FROM jobs_subscription s JOIN jobs_outboxevent e
                    ON e.organization_id = s.organization_id
                   AND (e.xid, e.number) > (s.passed_xid::text::xid8, s.passed_number)
                   AND jsonb_exists(s.topics, e.topic) WHERE s.state <> 'off')),
             (SELECT count(*) FROM jobs_delivery WHERE state = 'dead'),
             (SELECT count(*) FROM jobs_delivery WHERE state = 'failed'),
             (SELECT coalesce(sum(s.lost), 0)::bigint FROM jobs_subscription s)
    """,
)
READS = """
GRANT SELECT ON jobs_outboxevent, jobs_subscription, jobs_delivery TO arm_definer
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_outbox")]

    operations = [
        Isolate("OutboxEvent", linked=False),
        Isolate("Subscription"),
        Isolate("Delivery", linked=False),
        migrations.RunSQL([ORDER, READS, *FIGURES]),
    ]
