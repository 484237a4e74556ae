"""The audit log: what sealing costs those who append, whether it keeps up, how fast it verifies.

The reference is a plain append in the same run: the same rows into the same table, without the
queue that sealing reads.
"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.actions.create_organization import create_organization
from accounts.fence import acting, fenced
from accounts.models import Organization, User
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib import audit
from bench.databases import open_database, superuser
from bench.rows import Row, say
from governance.actions.anchor_audit import anchor_audit
from governance.actions.seal_audit import seal_audit
from governance.actions.verify_installation import verify_installation

DATABASE = "arm_bench_audit"
TRIGGER = "ALTER TABLE governance_auditevent {} TRIGGER queued_for_seal"
BATCH = 100
ROUNDS = 6


def run(*, quick: bool) -> list[Row]:
    """Return the figures; a quick run measures 6,000 events, a full one 60,000."""
    open_database(DATABASE, _fill, 1)
    organization = Organization.objects.raw("SELECT id FROM arm_organizations()")[0]
    with acting(system("bench"), organization.pk, PERMISSIONS):
        return _measure(1_000 if quick else 10_000)


def _fill(number: int) -> None:
    """Found the organization whose log is measured."""
    for turn in range(number):
        owner = User.objects.create_user(f"bench{turn}@bench.example", "unused", name="Bench")
        create_organization("Bench", slug=f"bench-{turn}", owner=owner)


def _measure(number: int) -> list[Row]:
    seal_audit()
    single = _compare(number // 5, 1)
    batched = _compare(number, BATCH)
    waiting, sealing = _timed(seal_audit)
    say(f"sealed {waiting} events in {sealing:.1f} s")
    appends = batched["sealed"]
    verified, verifying = _timed(_verify)
    return [
        Row("append with sealing / plain, one an event", single["ratio"], "x", 0.8),
        Row("append with sealing / plain, 100 a transaction", batched["ratio"], "x", 0.8),
        Row("appends, one an event", single["sealed"], "rows/s"),
        Row("appends, 100 a transaction", appends, "rows/s"),
        Row("sealing", waiting / sealing, "rows/s"),
        Row("sealing / appending", waiting / sealing / appends, "x", 1.0),
        Row("verifying", verified / verifying, "rows/s"),
    ]


def _compare(number: int, batch: int) -> dict[str, float]:
    """Append in turns with and without the queue; the best turn of each counts.

    What else the machine does slows some turns of both kinds; the best ones are its own speed.
    """
    speeds: dict[str, list[float]] = {"plain": [], "sealed": []}
    with superuser() as owner:
        for turn in range(ROUNDS * 2):
            kind, verb = (("plain", "DISABLE"), ("sealed", "ENABLE"))[turn % 2]
            owner.execute(TRIGGER.format(verb))
            _, seconds = _timed(lambda: _append(number // ROUNDS, batch))
            speeds[kind].append(number // ROUNDS / seconds)
        # What was appended without the queue joins it now, so that everything is sealed.
        owner.execute(
            "INSERT INTO governance_unsealedevent (event_id, at, organization_id, xid)"
            " SELECT id, at, organization_id, xid FROM governance_auditevent e WHERE NOT EXISTS"
            " (SELECT 1 FROM governance_auditleaf l WHERE l.event_id = e.id)"
            " ON CONFLICT DO NOTHING"
        )
    best = {kind: max(found) for kind, found in speeds.items()}
    return {**best, "ratio": best["sealed"] / best["plain"]}


def _append(number: int, batch: int) -> None:
    for _ in range(max(number // batch, 1)):
        with fenced(), transaction.atomic():
            for turn in range(batch):
                audit.record("bench.append", after={"turn": turn, "name": "something"})


def _verify() -> int:
    with TemporaryDirectory() as folder:
        settings.ARM_ANCHOR_FILE = Path(folder) / "anchor.jsonl"
        anchor_audit(at_once=True)
        checked = list(verify_installation(settings.ARM_ANCHOR_FILE))
    broken = [one for one in checked if not one.verdict.is_sound]
    if broken:
        raise SystemExit(f"The log is broken: {broken[0].verdict.findings[0].sentence}")
    return sum(one.verdict.events for one in checked)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    done = work()
    return done, time.perf_counter() - began
