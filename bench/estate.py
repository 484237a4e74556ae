"""An inventory of many agents in a database of its own, with a key to its API."""

from dataclasses import dataclass
from typing import Any

import psycopg

from accounts.actions.create_organization import create_organization
from accounts.fence import acting, fenced
from accounts.models import ApiKey, Organization, User
from accounts.permissions import system
from accounts.roles import MATRIX, PERMISSIONS
from agents.models import Agent
from bench.databases import open_database, superuser, url_of

EMAIL, PASSWORD = "bench@example.test", "a bench of ten thousand agents"

# One agent is made as the product makes it; the others differ from it in these columns, spread
# over vendors, models, states and health as a large company's inventory would be.
SPREAD = {
    "id": "('01900000-' || lpad(to_hex(n / 4096), 4, '0') || '-7' || lpad(to_hex(n % 4096), 3, '0')"
    " || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid",
    "vendor": "(ARRAY['openai', 'anthropic', 'custom'])[1 + n % 3]",
    "vendor_agent_id": "'agent_' || lpad(n::text, 8, '0')",
    "name": "(ARRAY['Support triage', 'Invoice matching', 'Contract review', 'Claims intake'])"
    "[1 + n / 7 % 4] || ' ' || (ARRAY['north', 'south', 'east', 'west'])"
    "[1 + (n / 7 + CASE WHEN n % 50000 = 0 THEN 3 ELSE n / 28 % 3 END) % 4] || ' ' || n",
    "model": "(ARRAY['gpt-5.5', 'gpt-5.5-mini', 'claude-opus-5', 'claude-haiku-5'])[1 + n % 4]",
    "environment": "(ARRAY['production', 'staging', 'development', ''])[1 + n / 5 % 4]",
    "cost_center": "'CC-' || n % 40",
    "owner_id": "CASE WHEN n % 2 = 0 THEN a.owner_id END",
    "health": "(ARRAY['healthy', 'healthy', 'healthy', 'degraded', 'down'])[1 + n % 5]",
    "health_score": "n % 101",
    "health_checked_at": "now() - n % 300 * interval '1 second'",
    "last_active_at": "now() - n % 100000 * interval '1 minute'",
    "created_at": "now() - ({number} - n) * interval '1 second'",
}

INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid IN ('agents_agent'::regclass, 'agents_agentword'::regclass) AND NOT indisunique
"""
WORDS = """
INSERT INTO agents_agentword (id, organization_id, agent_id, word)
SELECT uuidv7(), organization_id, a.id, word
  FROM agents_agent a CROSS JOIN LATERAL unnest(arm_agent_words(name, vendor_agent_id)) AS word
"""
COUNTS = """
INSERT INTO agents_vendorcount (id, organization_id, vendor, present)
SELECT gen_random_uuid(), organization_id, vendor, count(*) FROM agents_agent
 GROUP BY organization_id, vendor
ON CONFLICT (organization_id, vendor) DO UPDATE SET present = excluded.present
"""


@dataclass(frozen=True)
class Estate:
    """One database of a certain size, with what is needed to call its API and its Studio."""

    number: int
    url: str
    key: str


def estate(number: int) -> Estate:
    """Return the inventory of this many agents, made if it is not there yet."""
    name = f"arm_bench_{number}"
    open_database(name, _fill, number)
    return Estate(number, url_of(name), draw_key())


def found(_number: int) -> tuple[Organization, User]:
    """Found the organization and its owner."""
    owner = User.objects.create_user(EMAIL, PASSWORD, is_operator=True)
    return create_organization("Bench", slug="bench", owner=owner), owner


def _fill(number: int) -> None:
    organization, owner = found(number)
    with acting(system("bench"), organization.pk, PERMISSIONS), fenced():
        Agent.objects.create(
            vendor="openai",
            vendor_agent_id="agent_0",
            name="Support triage",
            description="Sorts what customers write by what they need.",
            type="assistant",
            status="active",
            vendor_status="active",
            discovered_via="agents_api",
            owner=owner,
        )
    columns = [f.column for f in Agent._meta.concrete_fields if not f.generated]
    values = [SPREAD.get(column, f"a.{column}").format(number=number) for column in columns]
    with superuser() as server:
        _multiply(
            server,
            f"INSERT INTO agents_agent ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM agents_agent a, generate_series(1, {number - 1}) n",
        )


def _multiply(server: psycopg.Connection[Any], statement: str) -> None:
    """Insert in bulk: indexes afterwards, and what triggers keep as one statement each."""
    server.execute("SET session_replication_role = replica")  # no triggers
    server.execute("SET synchronous_commit = off")
    server.execute("SET maintenance_work_mem = '512MB'")
    indexes = server.execute(INDEXES).fetchall()
    server.execute(b"DROP INDEX " + ", ".join(name for name, _ in indexes).encode())
    server.execute(statement.encode())
    server.execute("TRUNCATE agents_agentword")
    server.execute(WORDS)
    for _, definition in indexes:
        server.execute(definition.encode())
    server.execute(COUNTS)
    server.execute("VACUUM ANALYZE")


def draw_key() -> str:
    """Draw a fresh key of the owner, whose token is not kept."""
    owner = User.objects.get(email=EMAIL)
    with superuser() as server:
        row = server.execute("SELECT id FROM accounts_organization").fetchone()
    organization = Organization(pk=row[0] if row else None)
    with acting(system("bench"), organization.pk, PERMISSIONS), fenced():
        key = ApiKey(user=owner, name="bench", scopes=sorted(MATRIX))
        token = key.draw()
        key.save()
    return token.reveal()
