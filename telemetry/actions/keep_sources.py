"""Keep under which names things report."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from django.db import connection as database

from accounts.fence import acting, current_organization_id
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib.lately import Lately
from jobs.actions.enqueue import enqueue
from telemetry import identity
from telemetry.naming import Named

CLAIM = "telemetry.claim_sources"
TOLD = (
    "key",
    "agent_name",
    "vendor_agent_id",
    "agent_version",
    "description",
    "service",
    "environment",
    "vendor",
    "dialect",
)
# A source that reports all the time is not written all the time, nor asked about.
QUIET = 10
_kept = Lately(QUIET)
KEEP = f"""
INSERT INTO telemetry_source AS kept (id, organization_id, last_seen_at, {", ".join(TOLD)})
SELECT told.id, %s, statement_timestamp(), {", ".join(f"told.{name}" for name in TOLD)}
  FROM unnest(%s::uuid[], {", ".join("%s::text[]" for _ in TOLD)})
       AS told(id, {", ".join(TOLD)}) ORDER BY told.id
ON CONFLICT (organization_id, key) DO UPDATE
   SET last_seen_at = excluded.last_seen_at,
       agent_name = coalesce(nullif(kept.agent_name, ''), excluded.agent_name),
       agent_version = excluded.agent_version,
       description = coalesce(nullif(excluded.description, ''), kept.description),
       vendor = coalesce(nullif(kept.vendor, ''), excluded.vendor)
 WHERE kept.last_seen_at < excluded.last_seen_at - interval '{QUIET} seconds'
    OR kept.agent_version <> excluded.agent_version
    OR (kept.agent_name = '' AND excluded.agent_name <> '')
RETURNING agent_id IS NULL AND xmax = 0
"""  # noqa: S608 - names of our own columns


def keep_sources(named: Sequence[Named]) -> list[UUID]:
    """Keep the sources that these spans name, and return the source of each span.

    New ones are looked up in the inventory by a job.
    """
    organization = current_organization_id()
    by_key: dict[str, Named] = {}
    for each in named:
        if each.key not in by_key or (each.agent_name and not by_key[each.key].agent_name):
            by_key[each.key] = each
    ids = {key: identity.source_id(organization, key) for key in by_key}
    told = [(organization, each) for each in by_key.values()]
    if not _kept.knows_all(told):
        _write(list(by_key.values()), ids, organization)
        _kept.note(told)
    return [ids[each.key] for each in named]


def _write(named: Sequence[Named], ids: Mapping[str, UUID], organization: UUID) -> None:
    ordered = sorted(named, key=attrgetter("key"))
    columns = [[getattr(each, name) for each in ordered] for name in TOLD]
    with database.cursor() as cursor:
        cursor.execute(KEEP, [organization, [ids[each.key] for each in ordered], *columns])
        unknown = any(row[0] for row in cursor.fetchall())
    if unknown:
        # Whoever may send telemetry need not be allowed what follows from it.
        with acting(system("telemetry"), organization, PERMISSIONS):
            enqueue(CLAIM, dedupe_key=CLAIM)
