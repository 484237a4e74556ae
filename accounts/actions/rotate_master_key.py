"""Wrap every organization's keys under another master key."""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts import data_keys
from accounts.fence import acting, fenced
from accounts.permissions import system
from accounts.roles import Role, rights_of
from accounts.signin import second_factor
from armproject.lib import keys
from armproject.lib.audit import record
from armproject.lib.crypto import Undecryptable

# Rows stay locked while their batch is recorded, and writers only wait so long.
BATCH = 50
FIRST = UUID(int=0)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stale:
    """A key that another master key wraps than the one that should."""

    id: UUID
    organization_id: UUID
    version: int
    wrapped: keys.WrappedKey


@dataclass(slots=True)
class Rewrapped:
    """What became of the keys: how many were wrapped anew, and how many do not open."""

    done: int = 0
    failed: int = 0


def rotate_master_key(
    to: str | None = None, progress: Callable[[Rewrapped], None] = lambda so_far: None
) -> Rewrapped:
    """Wrap the keys of all organizations under another master key, the active one if none is named.

    The secrets of people's authenticators, which belong to no organization, go with them.
    Only the wrapping changes, so everything that is sealed stays as it is. Several may run at
    once, and one that was stopped is simply started again. Work of who runs the installation.
    """
    provider = data_keys.key_provider()
    target = to or provider.active_key_id
    so_far, last = Rewrapped(), FIRST
    while True:
        with transaction.atomic():
            batch = _claim(target, last)
            if not batch:
                so_far.done += second_factor.rewrap(target)
                return so_far
            _rewrap(batch, target, provider, so_far)
        last = batch[-1].id
        progress(so_far)


def _claim(target: str, last: UUID) -> list[Stale]:
    """Lock the next keys that nobody else is at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM arm_claim_keys(%s, %s, %s)", [target, last, BATCH])
        return [
            Stale(pk, organization_id, version, keys.WrappedKey(master, bytes(blob)))
            for pk, organization_id, version, master, blob in cursor.fetchall()
        ]


def _rewrap(batch: list[Stale], target: str, provider: keys.KeyProvider, so_far: Rewrapped) -> None:
    anew: dict[UUID, bytes] = {}
    told: dict[UUID, list[Stale]] = defaultdict(list)
    for key in batch:
        aad = data_keys.key_aad(key.organization_id, key.version)
        try:
            wrapped = provider.wrap(provider.unwrap(key.wrapped, aad), aad, target)
        except Undecryptable:
            so_far.failed += 1
            log.exception("key_does_not_open", extra={"resource_id": str(key.id)})
            continue
        anew[key.id] = wrapped.blob
        told[key.organization_id].append(key)
    with connection.cursor() as cursor:
        parameters: list[Any] = [list(anew), list(anew.values()), target]
        cursor.execute("SELECT arm_rewrap_keys(%s::uuid[], %s::bytea[], %s)", parameters)
    so_far.done += len(anew)
    for organization_id, keys_of_it in told.items():
        _tell(organization_id, keys_of_it, target)


def _tell(organization_id: UUID, rewrapped: list[Stale], target: str) -> None:
    with acting(system("operator"), organization_id, rights_of(Role.OWNER)), fenced():
        record(
            "keys.rewrap",
            before={"master_keys": sorted({key.wrapped.key_id for key in rewrapped})},
            after={"master_keys": [target]},
            details={"versions": [key.version for key in rewrapped]},
        )
