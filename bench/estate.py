"""Databases with many agents, made once and kept between runs, and servers over them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import quote
from urllib.request import urlopen

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from accounts.actions.create_organization import create_organization
from accounts.fence import acting, fenced
from accounts.models import ApiKey, Organization, User
from accounts.permissions import system
from accounts.roles import MATRIX, PERMISSIONS
from armproject.lib.prepare_server import create_database

EMAIL, PASSWORD = "bench@example.test", "a bench of ten thousand agents"

# Spread over vendors, models, states and health as a large company's inventory would be.
AGENTS = """
INSERT INTO agents_agent (id, organization_id, created_at, vendor, vendor_agent_id, name, {more}
  description, type, status, model, config, metadata, environment, cost_center, discovered_via,
  confidence, vendor_status, updated_at, paused_reason, health, health_score,
  health_checked_at, last_error)
SELECT ('01900000-' || lpad(to_hex(n / 65536), 4, '0') || '-7' || lpad(to_hex(n % 4096), 3, '0')
        || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
  %(organization)s, now() - n * interval '1 second',
  (ARRAY['openai', 'anthropic', 'custom'])[1 + n %% 3], 'agent_' || n,
  (ARRAY['Support triage', 'Invoice matching', 'Contract review', 'Claims intake'])[1 + n %% 4]
  || ' ' || n, {values} 'One of many.', 'assistant', 'active', 'gpt-5.5', '{{}}', '{{}}',
  'production', 'CC-' || n %% 40, 'agents_api', 1, 'active', now(), '',
  (ARRAY['healthy', 'healthy', 'healthy', 'degraded', 'down'])[1 + n %% 5], n %% 101, now(), ''
FROM generate_series(1, %(number)s) n
"""


@dataclass
class Estate:
    """One database of a certain size, with what is needed to call its API and its Studio."""

    number: int
    url: str
    key: str

    @property
    def database(self) -> str:
        return self.url.rsplit("/", 1)[-1]


def estate(number: int) -> Estate:
    """Return the database with this many agents, made if it is not there yet."""
    postgres = settings.EMBEDDED_POSTGRES
    if postgres is None:
        sys.exit("Benchmarks run on the embedded PostgreSQL; unset DATABASE_URL.")
    postgres.ensure_running()
    name = f"arm_bench_{number}"
    url = f"postgres://arm_app@{quote(str(postgres.socket_dir), safe='')}:{postgres.port}/{name}"
    with psycopg.connect(**postgres.superuser_conninfo(), autocommit=True) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not found:
        create_database(postgres.superuser_conninfo(), name)
    _point_at(name)
    if not found:
        call_command("migrate", database="owner", verbosity=0)
        _fill(name, number)
    return Estate(number, url, _key())


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        with suppress(AttributeError):
            connections[alias].close_pool()
        connections[alias].settings_dict["NAME"] = name


def _fill(name: str, number: int) -> None:
    owner = User.objects.create_user(EMAIL, PASSWORD, is_operator=True)
    organization = create_organization("Bench", slug="bench", owner=owner)
    postgres = settings.EMBEDDED_POSTGRES
    assert postgres is not None
    with psycopg.connect(**postgres.superuser_conninfo(name), autocommit=True) as server:
        more, values = _required(server)
        server.execute(
            AGENTS.format(more=more, values=values),  # type: ignore[arg-type]
            {"organization": organization.pk, "number": number},
        )
        server.execute("VACUUM ANALYZE agents_agent")


def _required(server: psycopg.Connection) -> tuple[str, str]:
    """Return columns that the statement above does not name, cannot be null and have no default."""
    rows = server.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = 'agents_agent' AND is_nullable = 'NO' AND column_default IS NULL"
        " AND is_generated = 'NEVER'"
    ).fetchall()
    missing = [(name, kind) for name, kind in rows if f"{name}," not in AGENTS.replace(")", ",")]
    literal = {"boolean": "false", "jsonb": "'{}'", "integer": "0", "smallint": "0"}
    return (
        "".join(f"{name}, " for name, _ in missing),
        "".join(f"{literal.get(kind, chr(39) * 2)}, " for _, kind in missing),
    )


def _key() -> str:
    owner = User.objects.get(email=EMAIL)
    with psycopg.connect(**_superuser()) as server:
        row = server.execute("SELECT id FROM accounts_organization").fetchone()
    organization = Organization(pk=row[0]) if row else Organization()
    with acting(system("bench"), organization.pk, PERMISSIONS), fenced():
        key = ApiKey(user=owner, name="bench", scopes=sorted(MATRIX))
        token = key.draw()
        key.save()
    return token.reveal()


def _superuser() -> dict[str, object]:
    postgres = settings.EMBEDDED_POSTGRES
    assert postgres is not None
    return postgres.superuser_conninfo(connections["default"].settings_dict["NAME"])


@contextmanager
def server(estate: Estate, application: str = "armproject.wsgi:application") -> Iterator[int]:
    """Serve the estate with one worker and yield the port."""
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": estate.url,
        "ARM_SECRET_KEY": settings.SECRET_KEY,
        "ARM_MASTER_KEYS": settings.ARM_MASTER_KEYS,
        "ARM_BROKER_DSN": settings.CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"],
        "ARM_LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    command = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "error"]
    granian = subprocess.Popen(
        [sys.executable, "-m", *command, application], env=environment, cwd=settings.BASE_DIR
    )
    try:
        _wait(port)
        yield port
    finally:
        granian.terminate()
        granian.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        with suppress(OSError):
            urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2).close()
            return
        time.sleep(0.2)
    raise RuntimeError("the server did not come up")
