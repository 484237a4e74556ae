"""Seals behind the fence, the queue of what is not sealed yet, and what retention may ask and do."""

from django.db import migrations

from armproject.lib.isolation import (
    APP_ROLE,
    AppendOnly,
    Isolate,
    Share,
    definer_function,
)

# Once for a whole INSERT, not once a row. Whoever writes into a partition past the table, as only
# its owner can, leaves an event that was never queued, which a verification then names.
QUEUE = """
ALTER TABLE governance_unsealedevent
  ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE governance_unsealedevent SET (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX audit_unsealed_oldest ON governance_unsealedevent (organization_id, xid, event_id);
CREATE FUNCTION arm_queue_for_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO governance_unsealedevent (event_id, at, organization_id, xid)
    SELECT id, at, organization_id, xid FROM arrived;
  RETURN NULL;
END $$;
CREATE TRIGGER queued_for_seal AFTER INSERT ON governance_auditevent
  REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION arm_queue_for_seal();
-- What was written before there were seals waits for one too; only for this statement does the
-- owner see past the fence.
ALTER TABLE governance_auditevent NO FORCE ROW LEVEL SECURITY;
ALTER TABLE governance_unsealedevent NO FORCE ROW LEVEL SECURITY;
INSERT INTO governance_unsealedevent (event_id, at, organization_id, xid)
  SELECT id, at, organization_id, xid FROM governance_auditevent;
ALTER TABLE governance_auditevent FORCE ROW LEVEL SECURITY;
ALTER TABLE governance_unsealedevent FORCE ROW LEVEL SECURITY;
"""

LATEST_SEALS = definer_function(
    "arm_latest_seals()",
    returns="TABLE (organization_id uuid, number bigint, last_seq bigint, hash bytea)",
    body="""
      SELECT o.id, s.number, s.last_seq, s.hash
        FROM accounts_organization o
        JOIN LATERAL (SELECT number, last_seq, hash FROM governance_auditseal
                       WHERE organization_id = o.id ORDER BY number DESC LIMIT 1) s ON true
       ORDER BY o.id
    """,
)
UNSEALED = definer_function(
    "arm_organizations_to_seal()",
    returns="TABLE (id uuid)",
    body="""
      SELECT o.id FROM accounts_organization o
       WHERE o.suspended_at IS NULL
          OR EXISTS (SELECT 1 FROM governance_unsealedevent u WHERE u.organization_id = o.id)
       ORDER BY o.id
    """,
)
MONTH = definer_function(
    "arm_audit_month(first date)",
    returns="TABLE (events bigint, unsealed bigint, beyond bigint, holds bigint)",
    body="""
      SELECT (SELECT count(*) FROM governance_auditevent
               WHERE at >= first AND at < first + interval '1 month'),
             (SELECT count(*) FROM governance_auditevent e
               WHERE at >= first AND at < first + interval '1 month'
                 AND NOT EXISTS (SELECT 1 FROM governance_auditleaf l WHERE l.event_id = e.id)),
             (SELECT count(*) FROM (
                SELECT l.organization_id, max(l.seq) AS seq FROM governance_auditleaf l
                 WHERE at >= first AND at < first + interval '1 month'
                 GROUP BY l.organization_id) newest
               WHERE newest.seq > coalesce((
                SELECT (h.standing -> newest.organization_id::text ->> 1)::bigint
                  FROM governance_audithead h ORDER BY h.number DESC LIMIT 1), 0)),
             (SELECT count(*) FROM governance_audithold WHERE lifted_at IS NULL)
    """,
)
# The database's own last word on what may go: a month that is long over and has its archive.
DROP_MONTH = f"""
CREATE FUNCTION arm_drop_audit_month(first date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '2s'
AS $arm$
DECLARE
  facts record;
  part text := format('governance_auditevent_%s', to_char(first, 'YYYY_MM'));
BEGIN
  IF first <> date_trunc('month', first)::date OR first + interval '2 months' > current_date THEN
    RAISE EXCEPTION 'only months that ended more than a month ago may leave the audit log';
  END IF;
  SELECT * INTO facts FROM public.arm_audit_month(first);
  IF facts.unsealed > 0 OR facts.beyond > 0 OR facts.holds > 0 OR NOT EXISTS (
    SELECT 1 FROM public.governance_auditarchive a
     WHERE a.month = first AND a.events = facts.events AND a.dropped_at IS NULL) THEN
    RAISE EXCEPTION 'the month % is not sealed, anchored and archived, or is on hold', first;
  END IF;
  IF to_regclass('public.' || quote_ident(part)) IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE public.%I', part);
  UPDATE public.governance_auditarchive SET dropped_at = clock_timestamp() WHERE month = first;
  RETURN true;
END $arm$;
REVOKE ALL ON FUNCTION arm_drop_audit_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arm_drop_audit_month(date) TO {APP_ROLE};
GRANT EXECUTE ON FUNCTION arm_audit_month(date) TO CURRENT_USER;
"""
SEEN_BY_DEFINER = """
GRANT SELECT ON governance_auditevent, governance_auditleaf, governance_auditseal,
  governance_unsealedevent, governance_audithead, governance_audithold TO arm_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0006_proof")]

    operations = [
        Isolate("AuditSeal", rights="SELECT, INSERT", linked=False),
        AppendOnly("AuditSeal"),
        Isolate("AuditLeaf", rights="SELECT, INSERT", linked=False),
        AppendOnly("AuditLeaf"),
        Isolate("UnsealedEvent", rights="SELECT, INSERT, DELETE", linked=False),
        Isolate("AuditVerification"),
        Isolate("AuditHold", rights="SELECT, INSERT, UPDATE"),
        Share("AuditHead", rights="SELECT, INSERT, UPDATE"),
        Share("Anchor", rights="SELECT, INSERT, UPDATE"),
        Share("AuditArchive", rights="SELECT, INSERT"),
        migrations.RunSQL([QUEUE, SEEN_BY_DEFINER, *LATEST_SEALS, *UNSEALED, *MONTH, DROP_MONTH]),
    ]
