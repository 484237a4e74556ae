"""How the organization's connections are, and what their last readings could not read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, Subquery, When, Window
from django.urls import reverse

from agents.models.vendors import label_of
from connectors.models import Connection, ConnectionStatus, SyncKind, SyncRun, SyncState

SHOWN = 5
SHOWN_NOTES = 2


@dataclass(frozen=True, slots=True)
class Sync:
    """The last reading of one kind."""

    kind: str
    state: str
    at: datetime
    found: str
    notes: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Link:
    """One connection and its last readings."""

    name: str
    vendor: str
    vendor_label: str
    status: str
    status_label: str
    reason: str
    syncs: tuple[Sync, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Connections:
    total: int
    troubled: int
    shown: tuple[Link, ...]
    url: str


def read_connections() -> Connections:
    """Return the connections, those in trouble first, each with its last reading of each kind."""
    is_troubled = Q(status=ConnectionStatus.NEEDS_ATTENTION)
    rows: list[Any] = list(
        Connection.objects.connected()
        .annotate(
            total=Window(Count("pk")),
            troubled=Window(Count("pk", filter=is_troubled)),
            rank=Case(When(is_troubled, then=0), default=1),
            **{f"last_{kind}": _last(kind) for kind in SyncKind},
        )
        .order_by("rank", "name")[:SHOWN]
    )
    wanted = [getattr(row, f"last_{kind}") for row in rows for kind in SyncKind]
    runs = SyncRun.objects.in_bulk([pk for pk in wanted if pk])
    return Connections(
        total=rows[0].total if rows else 0,
        troubled=rows[0].troubled if rows else 0,
        shown=tuple(_link(row, runs) for row in rows),
        url=reverse("admin:connectors_connection_changelist"),
    )


def _last(kind: SyncKind) -> Subquery:
    runs = SyncRun.objects.filter(connection=OuterRef("pk"), kind=kind)
    return Subquery(runs.order_by("-id").values("pk")[:1])


def _link(row: Any, runs: Mapping[Any, SyncRun]) -> Link:
    last = [runs.get(getattr(row, f"last_{kind}")) for kind in SyncKind]
    return Link(
        name=row.name,
        vendor=row.vendor,
        vendor_label=label_of(row.vendor),
        status=row.status,
        status_label=row.get_status_display(),
        reason=row.status_reason,
        syncs=tuple(_sync(run) for run in last if run is not None),
        url=reverse("admin:connectors_connection_change", args=[row.pk]),
    )


def _sync(run: SyncRun) -> Sync:
    notes = tuple(_notes(run))
    return Sync(
        kind=run.get_kind_display(),
        state=run.state,
        at=run.finished_at or run.started_at,
        found=", ".join(f"{count:,} {name}" for name, count in run.found.items() if count),
        notes=notes[:SHOWN_NOTES],
        more=max(0, len(notes) - SHOWN_NOTES),
    )


def _notes(run: SyncRun) -> Iterator[str]:
    """Yield what kept this reading from being whole."""
    if run.state == SyncState.FAILED:
        yield run.error
    for note in run.unread:
        yield f"{note['what']}: {note['why']}"
