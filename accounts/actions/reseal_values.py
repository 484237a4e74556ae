"""Seal anew what older keys sealed."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.fence import fenced
from accounts.models import KeyState, OrganizationKey, SealedField
from accounts.models.sealed_field import SealedUnder, sealed_fields
from accounts.permissions import require
from accounts.reports import sealed_by_version
from accounts.sealing import seal_rows, unseal_row
from armproject.lib.audit import record
from armproject.lib.crypto import Undecryptable

BATCH = 200

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


def reseal_values(progress: Progress = lambda done, of: None) -> int:
    """Seal with the newest key what older ones sealed, and retire those that nothing needs.

    Runs beside everything else and may be stopped and started at any time: a value is replaced
    only if it is still the one that was read. Returns how many were sealed anew.
    """
    require("keys.rotate")
    with fenced():
        newest = OrganizationKey.objects.active().get().version
        waiting = sealed_by_version()
    total = sum(number for version, number in waiting.items() if version != newest)
    done = 0
    for field in sealed_fields():
        last: Any = None
        while batch := _stale(field, newest, last):
            with fenced():
                done += sum(_reseal(field, pk, bytes(sealed)) for pk, sealed in batch)
            last = batch[-1][0]
            progress(done, total)
    _retire(done)
    return done


def _stale(field: SealedField, newest: int, last: Any) -> list[tuple[Any, Any]]:
    with fenced():
        rows = (
            field.model._default_manager.exclude(**{field.name: None})
            .alias(sealed_under=SealedUnder(field.name))
            .exclude(sealed_under=newest)
        )
        if last is not None:
            rows = rows.filter(pk__gt=last)
        return list(rows.order_by("pk").values_list("pk", field.name)[:BATCH])


def _reseal(field: SealedField, pk: Any, sealed: bytes) -> int:
    place = {"table": field.model._meta.db_table, "column": str(field.column)}
    try:
        anew = seal_rows({pk: unseal_row(sealed, row_id=pk, **place)}, **place)[pk]
    except Undecryptable:
        log.exception(
            "sealed_value_unreadable",
            extra={"resource_type": field.model._meta.label, "resource_id": str(pk)},
        )
        return 0
    rows = field.model._default_manager.filter(pk=pk, **{field.name: sealed})
    return rows.update(**{field.name: anew})


def _retire(done: int) -> None:
    with fenced(), transaction.atomic():
        in_use = sealed_by_version()
        rows = OrganizationKey.objects.replaced().select_for_update()
        free = [key.version for key in rows if not in_use.get(key.version)]
        OrganizationKey.objects.filter(version__in=free).update(state=KeyState.RETIRED)
        if done or free:
            record("keys.reseal", details={"values": done, "retired": free})
