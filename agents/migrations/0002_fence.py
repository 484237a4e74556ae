"""The inventory behind the fence, and what the database itself keeps exact about it."""

from django.db import migrations

from armproject.lib.isolation import Isolate, definer_function
from armproject.lib.partitions import drop_days_function

# The words an agent is found by: those of its name, also where capitals part them, and its whole
# id at the vendor. Searches split what people type in the same way.
WORDS = """
CREATE FUNCTION arm_name_words(name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $arm$
  SELECT coalesce(array_agg(DISTINCT left(word, 200)), '{}')
    FROM unnest(string_to_array(lower(regexp_replace(
           name || ' ' || regexp_replace(name, '([[:lower:][:digit:]])([[:upper:]])', '\\1 \\2', 'g'),
           '[^[:alnum:]]+', ' ', 'g')), ' ')) AS word
   WHERE word <> ''
$arm$;
CREATE FUNCTION arm_agent_words(name text, vendor_agent_id text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $arm$
  SELECT array_agg(DISTINCT word)
    FROM unnest(arm_name_words(name) || lower(vendor_agent_id)) AS word
$arm$;
"""

# Both follow the rows in the transaction that changes them, a statement at a time.
FOLLOW = """
CREATE FUNCTION arm_agents_inserted() RETURNS trigger LANGUAGE plpgsql AS $arm$
BEGIN
  INSERT INTO agents_vendorcount (id, organization_id, vendor, present)
  SELECT gen_random_uuid(), organization_id, vendor, count(*) FROM fresh
   WHERE removed_at IS NULL AND vanished_at IS NULL GROUP BY organization_id, vendor
  ON CONFLICT (organization_id, vendor)
  DO UPDATE SET present = agents_vendorcount.present + excluded.present;
  INSERT INTO agents_agentword (id, organization_id, agent_id, word)
  SELECT gen_random_uuid(), f.organization_id, f.id, word
    FROM fresh f CROSS JOIN LATERAL unnest(arm_agent_words(f.name, f.vendor_agent_id)) AS word;
  RETURN NULL;
END $arm$;

CREATE FUNCTION arm_agents_updated() RETURNS trigger LANGUAGE plpgsql AS $arm$
BEGIN
  INSERT INTO agents_vendorcount (id, organization_id, vendor, present)
  SELECT gen_random_uuid(), organization_id, vendor, sum(number)
    FROM (SELECT organization_id, vendor, -1 AS number FROM stale
           WHERE removed_at IS NULL AND vanished_at IS NULL
          UNION ALL
          SELECT organization_id, vendor, 1 FROM fresh
           WHERE removed_at IS NULL AND vanished_at IS NULL) moved
   GROUP BY organization_id, vendor HAVING sum(number) <> 0
  ON CONFLICT (organization_id, vendor)
  DO UPDATE SET present = agents_vendorcount.present + excluded.present;
  IF EXISTS (SELECT FROM fresh JOIN stale USING (id)
              WHERE (fresh.name, fresh.vendor_agent_id)
                    IS DISTINCT FROM (stale.name, stale.vendor_agent_id)) THEN
    DELETE FROM agents_agentword w USING fresh JOIN stale USING (id)
     WHERE w.agent_id = fresh.id AND (fresh.name, fresh.vendor_agent_id)
           IS DISTINCT FROM (stale.name, stale.vendor_agent_id);
    INSERT INTO agents_agentword (id, organization_id, agent_id, word)
    SELECT gen_random_uuid(), f.organization_id, f.id, word
      FROM fresh f JOIN stale s USING (id)
     CROSS JOIN LATERAL unnest(arm_agent_words(f.name, f.vendor_agent_id)) AS word
     WHERE (f.name, f.vendor_agent_id) IS DISTINCT FROM (s.name, s.vendor_agent_id);
  END IF;
  RETURN NULL;
END $arm$;

CREATE FUNCTION arm_agents_deleted() RETURNS trigger LANGUAGE plpgsql AS $arm$
BEGIN
  UPDATE agents_vendorcount c SET present = c.present - gone.number
    FROM (SELECT organization_id, vendor, count(*) AS number FROM stale
           WHERE removed_at IS NULL AND vanished_at IS NULL GROUP BY organization_id, vendor) gone
   WHERE c.organization_id = gone.organization_id AND c.vendor = gone.vendor;
  DELETE FROM agents_agentword w USING stale WHERE w.agent_id = stale.id;
  RETURN NULL;
END $arm$;

-- Room on each page for the next check of its agents, which then touches no index.
ALTER TABLE agents_agent SET (fillfactor = 85);

-- A plan for all organizations must be right for the smallest one. Told that there are many, the
-- planner reads the index of the organization and not the whole table in the order of its ids.
ALTER TABLE agents_agent ALTER COLUMN organization_id SET (n_distinct = 1000);

CREATE TRIGGER followed_insert AFTER INSERT ON agents_agent
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION arm_agents_inserted();
CREATE TRIGGER followed_update AFTER UPDATE ON agents_agent
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION arm_agents_updated();
CREATE TRIGGER followed_delete AFTER DELETE ON agents_agent
  REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION arm_agents_deleted();
"""

# Old days leave whole.
DROP_DAYS = drop_days_function("arm_drop_health_days", "agents_healthcheck")

FIND_CONNECTION = definer_function(
    "arm_find_reporting_connection(wanted uuid)",
    returns="TABLE (organization_id uuid)",
    body="""
      SELECT c.organization_id FROM connectors_connection c
        JOIN accounts_organization o ON o.id = c.organization_id AND o.suspended_at IS NULL
       WHERE c.id = wanted AND c.vendor = 'custom' AND c.status <> 'disconnected'
    """,
)
SEEN_BY_DEFINER = """
GRANT SELECT (id, organization_id, vendor, status) ON connectors_connection TO arm_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial"), ("connectors", "0002_fence")]

    operations = [
        Isolate("Agent"),
        Isolate("AgentChange", rights="SELECT, INSERT", linked=False),
        Isolate("AgentWord", linked=False),
        Isolate("HealthCheck", rights="SELECT, INSERT", linked=False),
        Isolate("HeartbeatReceipt", rights="SELECT, INSERT, DELETE", linked=False),
        Isolate("VendorCount", linked=False),
        migrations.RunSQL([WORDS, FOLLOW, DROP_DAYS, SEEN_BY_DEFINER, *FIND_CONNECTION]),
    ]
