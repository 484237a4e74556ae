"""An audit log with seals and an anchor of its own, and a way to tamper with it as its owner."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from accounts.fence import acting
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib import audit
from governance.actions.anchor_audit import anchor_audit
from governance.actions.seal_audit import seal_audit
from governance.actions.verify_installation import Checked, verify_installation
from tests import database
from tests.cast import House

# Turns of 50 ms before a test gives up.
PATIENCE = 1_200


def do(house: House, *actions: str) -> None:
    """Let something happen in the house, each thing in a transaction of its own."""
    for action in actions:
        with house.inside():
            audit.record(action, house.organization, after={"turn": action, "price": 1e2})


@contextmanager
def at_work(house: House) -> Iterator[None]:
    """Act as the clock does, outside any transaction."""
    with acting(system("test"), house.organization.pk, PERMISSIONS):
        yield


def seal_once(house: House) -> int:
    with at_work(house):
        return seal_audit()


def seal(house: House) -> int:
    """Seal all that waits, as soon as no transaction of the whole server holds it back."""
    for _ in range(PATIENCE):
        with house.inside(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM governance_unsealedevent"
                " WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"
            )
            if cursor.fetchone() == (0,):
                break
        time.sleep(0.05)
    return seal_once(house)


def anchor() -> int:
    return anchor_audit(at_once=True)


def verify(path: Path, **options: Any) -> dict[str, Checked]:
    return {one.name: one for one in verify_installation(path, **options)}


def sentences(path: Path, **options: Any) -> list[str]:
    """Return everything that a verification finds, in words."""
    found = verify(path, **options).values()
    return [finding.sentence for one in found for finding in one.verdict.findings]


@contextmanager
def as_owner() -> Iterator[psycopg.Connection[Any]]:
    """Log in as one whom neither triggers nor row-level security hold back."""
    dbname = connection.settings_dict["NAME"]
    with psycopg.connect(**{**database.superuser(), "dbname": dbname}, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        yield owner


def month(at: datetime) -> str:
    """Return the partition that holds this moment."""
    return f"governance_auditevent_{at.astimezone(UTC):%Y_%m}"
