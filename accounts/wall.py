"""What must be true of the database for the second wall to stand, asked of its catalogue."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.models import Organization
from armproject.lib.isolation import APP_ROLE, DEFINER_ROLE

# The functions that see past the fence. Each answers one narrow question that must be asked
# before a tenant is known; a new one belongs here only with such a reason.
SEE_PAST = {
    "arm_find_api_key": "whose key is this?",
    "arm_find_identity_provider": "where do people of this domain sign in?",
    "arm_organizations": "for whom does the clock tick?",
    "arm_claim_jobs": "which work is due?",
    "arm_outbox_figures": "how far behind is what is sent to others, all in all?",
    "arm_find_organization": "which organization does an operator mean?",
    "arm_count_keys": "how many keys does each master key wrap?",
    "arm_claim_keys": "which keys wait for another master key?",
    "arm_rewrap_keys": "puts them back under it",
    "arm_belongs_elsewhere": "does a person need their account beyond this organization?",
    "arm_forget_subject": "blanks names in the log of this organization, for who was erased",
    "arm_find_reporting_connection": "whom does the sender of this heartbeat report to?",
    "arm_latest_seals": "which hashes does the head over all organizations cover?",
    "arm_organizations_to_seal": "whose audit events wait for a seal?",
    "arm_job_figures": "how much work waits, and how much was given up?",
    "arm_run_figures": "how many runs ended, and how?",
    "arm_audit_month": "how many events of a month are there, and may they leave?",
}
# Run with the rights of the tables' owner, under which row-level security still binds.
RUN_AS_OWNER = {
    "arm_ensure_partitions": "adds partitions ahead of time",
    "arm_drop_health_days": "drops days of health checks that retention no longer keeps",
    "arm_drop_span_days": "drops days of spans that retention no longer keeps",
    "arm_drop_message_days": "drops days of messages that retention no longer keeps",
    "arm_drop_content_days": "drops days of steps' content that retention no longer keeps",
    "arm_seal_vectors": "builds an index over an organization's own vectors and swaps it in",
    "arm_drop_shelf": "drops a part of the vectors' table in which nothing is left",
    "arm_drop_audit_month": "drops a month of audit events that is sealed, anchored and archived",
}
# Roles the application may take on for a statement, which row-level security does not bind, and
# all that each may do: a trigger on the table holds the rule of its policy instead.
TAKES_ON = {"arm_ingest": ("telemetry_span", "INSERT", "stays_inside")}
# Unique over all tenants, and why that tells nothing about others.
UNIQUE_ACROSS = {
    "accounts_organization.slug": "names in addresses are first come, first served",
    "accounts_apikey.public_id": "random",
}


def tenant_models() -> list[Any]:
    """Return the models whose rows belong to an organization."""
    return [
        model
        for model in apps.get_models()
        if any(
            isinstance(field, models.ForeignKey) and field.related_model is Organization
            for field in model._meta.fields
        )
    ]


def weaknesses() -> list[str]:
    """Return a sentence for everything that would let the wall leak; none means it stands."""
    checks = (
        _unfenced_tables,
        _nullable_organizations,
        _policies_that_hide_the_tenant,
        _single_column_links,
        _uniques_without_organization,
        _rights_on_partitions,
        _views,
        _functions,
        _role,
        _roles_taken_on,
    )
    return [problem for check in checks for problem in check()]


def _ask(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _tables() -> list[str]:
    return [model._meta.db_table for model in tenant_models()] + [Organization._meta.db_table]


def _unfenced_tables() -> Iterator[str]:
    standing = {
        row[0]
        for row in _ask(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polqual IS NOT NULL"
            " AND p.polwithcheck IS NOT NULL"
        )
    }
    for table in _tables():
        if table not in standing:
            yield f"{table} is not behind forced row-level security with both clauses."
    for (table,) in _ask(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE a.attname = 'organization_id' AND c.relkind IN ('r', 'p')"
        " AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace"
    ):
        if table not in standing:
            yield f"{table} has an organization and no fence."


def _nullable_organizations() -> Iterator[str]:
    for (table,) in _ask(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE a.attname = 'organization_id' AND NOT a.attnotnull AND c.relkind IN ('r', 'p')"
        " AND c.relnamespace = 'public'::regnamespace"
    ):
        yield f"{table} may hold rows that belong to no organization."


def _policies_that_hide_the_tenant() -> Iterator[str]:
    for table, text in _ask(
        "SELECT polrelid::regclass::text, pg_get_expr(polqual, polrelid) FROM pg_policy"
    ):
        if "SELECT arm_current" in text.replace("( ", "("):
            yield f"The policy of {table} hides the tenant from the planner behind a sub-select."
    for name, volatility, language in _ask(
        "SELECT proname, provolatile, lanname FROM pg_proc JOIN pg_language l ON l.oid = prolang"
        " WHERE proname IN ('arm_current_organization', 'arm_current_user')"
    ):
        if (volatility, language) != ("s", "sql"):
            yield f"{name} is not plain stable SQL, so the planner cannot see through it."


def _single_column_links() -> Iterator[str]:
    fenced = set(_tables())
    for name, table, target, columns in _ask(
        "SELECT conname, conrelid::regclass::text, confrelid::regclass::text, cardinality(conkey)"
        " FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
    ):
        if {table, target} <= fenced and target != "accounts_organization" and columns == 1:
            yield f"{name} on {table} lets a row point into another organization."


def _uniques_without_organization() -> Iterator[str]:
    fenced = set(_tables())
    for table, name, columns in _ask(
        "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,"
        " array(SELECT a.attname::text FROM unnest(i.indkey) k"
        "       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " WHERE i.indisunique AND NOT i.indisprimary AND NOT c.relispartition"
    ):
        known = any(f"{table}.{column}" in UNIQUE_ACROSS for column in columns)
        if table in fenced and "organization_id" not in columns and not known:
            yield f"{name} tells one organization what another has."


def _rights_on_partitions() -> Iterator[str]:
    for table, right in _ask(
        "SELECT g.table_name, g.privilege_type FROM information_schema.role_table_grants g"
        " JOIN pg_class c ON c.relname = g.table_name AND c.relnamespace = 'public'::regnamespace"
        " WHERE g.grantee = %s AND (c.relispartition OR g.privilege_type IN"
        " ('TRUNCATE', 'REFERENCES', 'TRIGGER') OR c.relkind = 'm')",
        [APP_ROLE],
    ):
        yield f"{APP_ROLE} holds {right} on {table}."


def _views() -> Iterator[str]:
    for (view,) in _ask(
        "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
        " AND NOT coalesce('security_invoker=true' = ANY(reloptions), false)"
    ):
        yield f"The view {view} reads with its owner's rights."


def _functions() -> Iterator[str]:
    for name, owner, path in _ask(
        "SELECT proname, pg_get_userbyid(proowner), array_to_string(proconfig, ',')"
        " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    ):
        allowed = SEE_PAST if owner == DEFINER_ROLE else RUN_AS_OWNER
        if name not in allowed:
            yield f"The function {name} runs with the rights of {owner} and is not on the list."
        if "search_path" not in (path or ""):
            yield f"The function {name} has no fixed search path."


def _role() -> Iterator[str]:
    for superuser, bypass, creates in _ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole OR rolcreatedb FROM pg_roles"
        " WHERE rolname = current_user"
    ):
        if superuser or bypass or creates:
            yield "The application logs in as a role that row-level security does not bind."
    if _ask("SELECT 1 FROM pg_class WHERE pg_get_userbyid(relowner) = current_user LIMIT 1"):
        yield "The application's role owns tables."
    if _ask("SELECT 1 WHERE has_schema_privilege(current_user, 'public', 'CREATE')"):
        yield "The application's role may create objects."


def _roles_taken_on() -> Iterator[str]:
    for role, has_login in _ask(
        "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname <> current_user"
        " AND (pg_has_role(current_user, oid, 'USAGE') OR pg_has_role(current_user, oid, 'SET'))"
    ):
        if role not in TAKES_ON:
            yield f"The application may act as {role}, which is not on the list."
            continue
        if has_login:
            yield f"{role} may log in."
        yield from _more_than_it_needs(role)


def _more_than_it_needs(role: str) -> Iterator[str]:
    table, right, trigger = TAKES_ON[role]
    for held, on in _ask(
        "SELECT given.privilege_type, relname FROM pg_class, aclexplode(relacl) AS given"
        " WHERE given.grantee = %s::regrole AND (given.privilege_type, relname) <> (%s, %s)",
        [role, right, table],
    ):
        yield f"{role} holds {held} on {on}."
    if not _ask(
        "SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s AND tgenabled = 'O'",
        [table, trigger],
    ):
        yield f"Nothing keeps what {role} writes to {table} inside its organization."
