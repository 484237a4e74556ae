"""Row-level security: the functions it reads, the policies, and who is looked up before a tenant
is known."""

from django.db import migrations

from armproject.lib.isolation import Isolate, Share, definer_function
from armproject.lib.partitions import ENSURE_PARTITIONS

# The planner must see through these two, so they are plain SQL and stable: a policy that hid the
# tenant from it would turn searches with few rows into searches with missing rows.
CURRENT = """
CREATE FUNCTION arm_current_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('arm.organization', true), '')::uuid $$;
CREATE FUNCTION arm_current_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('arm.user', true), '')::uuid $$;
"""

REFUSE = """
CREATE FUNCTION arm_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
"""

FIND_API_KEY = definer_function(
    "arm_find_api_key(wanted text)",
    returns="TABLE (id uuid, organization_id uuid, user_id uuid, name text, digest text,"
    " scopes jsonb, role text, expires_at timestamptz, last_used_at timestamptz)",
    body="""
      SELECT k.id, k.organization_id, k.user_id, k.name, k.digest, k.scopes, m.role,
             k.expires_at, k.last_used_at
        FROM accounts_apikey k
        JOIN accounts_membership m
          ON m.organization_id = k.organization_id AND m.user_id = k.user_id
        JOIN accounts_user u ON u.id = k.user_id AND u.is_active
        JOIN accounts_organization o ON o.id = k.organization_id AND o.suspended_at IS NULL
       WHERE k.public_id = wanted AND k.revoked_at IS NULL
    """,
)
ORGANIZATIONS = definer_function(
    "arm_organizations()",
    returns="TABLE (id uuid)",
    body="SELECT id FROM accounts_organization WHERE suspended_at IS NULL ORDER BY id",
)
SEEN_BY_DEFINER = """
GRANT SELECT ON accounts_apikey, accounts_membership, accounts_user, accounts_organization
  TO arm_definer;
"""

OWN = "user_id = arm_current_user()"
MEMBER_OF = (
    f"id IN (SELECT organization_id FROM accounts_membership WHERE {OWN})"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL([CURRENT, REFUSE, ENSURE_PARTITIONS]),
        Share("User", rights="SELECT, INSERT, UPDATE"),
        Isolate(
            "Membership", using=f"organization_id = arm_current_organization() OR {OWN}"
        ),
        Isolate(
            "Organization",
            rights="SELECT, INSERT, UPDATE",
            using=f"id = arm_current_organization() OR {MEMBER_OF}",
            check="id = arm_current_organization()",
            linked=False,
        ),
        Isolate("ApiKey"),
        Isolate("OrganizationKey", rights="SELECT, INSERT, UPDATE"),
        migrations.RunSQL([SEEN_BY_DEFINER, *FIND_API_KEY, *ORGANIZATIONS]),
    ]
