"""Keep what was said, as far as the rules let it be kept."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.fence import current_organization_id
from accounts.sealing import marks, seal_rows
from armproject.lib.partitions import ensure_partitions
from telemetry import identity
from telemetry.content.freeing import free
from telemetry.content.packing import Packed, compressed, pack_message, pack_rest
from telemetry.content.redacting import Redactor
from telemetry.models import ContentMode, Message, RedactionPattern, SpanContent
from telemetry.records import MessageRecord, SpanRecord

SECOND = 1_000_000_000
SPAN = "span"
A_DAY = timedelta(days=1)


def keep_contents(
    records: Sequence[SpanRecord], modes: Sequence[str], origins: Sequence[str]
) -> None:
    """Keep the content of spans in the caller's transaction; what is kept already stays.

    `modes` and `origins` are those of the spans, in their order; content of several origins stands
    side by side. Where content is redacted, the records are.
    """
    batch = _Batch(current_organization_id())
    is_redacted = ContentMode.REDACTED in modes
    redactor = Redactor(RedactionPattern.objects.by_kind() if is_redacted else None)
    for record, mode, origin in zip(records, modes, origins, strict=True):
        if mode == ContentMode.REDACTED:
            free(record, redactor)
        if mode != ContentMode.METADATA_ONLY:
            batch.add(record, origin, mode, redactor.taken())
    batch.keep()


class _Batch:
    """The content of several spans on its way into the database."""

    def __init__(self, organization: UUID) -> None:
        self.organization = organization
        self.messages: dict[UUID, Message] = {}
        self.contents: dict[UUID, SpanContent] = {}
        self.plain: dict[UUID, bytes] = {}
        self.rest: dict[UUID, bytes] = {}

    def add(self, record: SpanRecord, origin: str, mode: str, redacted: dict[str, int]) -> None:
        """Take in a span; one that tells no content leaves nothing."""
        rest = pack_rest(record)
        heard = [pack_message(each) for each in _heard(record)]
        said = [pack_message(each) for each in record.messages_out]
        if not (rest or heard or said or redacted):
            return
        name = (record.trace_id, record.span_id, origin)
        if (pk := identity.content_id(self.organization, *name)) in self.contents:
            return
        at = datetime.fromtimestamp(record.started_ns / SECOND, UTC)
        run = identity.run_id(self.organization, record.trace_id)
        row = SpanContent(
            id=pk,
            day=at.date(),
            at=at,
            run_id=run,
            span_id=identity.signed(record.span_id),
            mode=mode,
            redacted=redacted,
            is_cut=any(each.is_cut for each in (*heard, *said, *([rest] if rest else []))),
        )
        row.heard = self._noted(heard, _heard(record), row)
        row.said = self._noted(said, record.messages_out, row)
        if rest:
            self.rest[row.pk] = compressed(rest.data)
        self.contents[row.pk] = row

    def _noted(
        self, packed: Sequence[Packed], told: Sequence[MessageRecord], row: SpanContent
    ) -> list[UUID]:
        """Return the ids of messages; those not met before are to be kept."""
        found = marks(row.run_id.bytes + each.data for each in packed)
        ids = [identity.message_id(mark) for mark in found]
        for pk, each, message in zip(ids, packed, told, strict=True):
            if pk not in self.messages:
                self.plain[pk] = each.data
                self.messages[pk] = Message(
                    id=pk, day=row.day, run_id=row.run_id, role=message.role, is_cut=each.is_cut
                )
        return ids

    def keep(self) -> None:
        """Write what is new, in the order of its keys, so that no two batches wait in a circle."""
        if not self.contents:
            return
        days = {row.day for row in self.contents.values()}
        for day in sorted(days):
            for model in (Message, SpanContent):
                ensure_partitions(model._meta.db_table, "day", day, 1)
        self._keep_messages(days)
        sealed = seal_rows(self.rest, table=SpanContent._meta.db_table, column="sealed")
        for pk, row in self.contents.items():
            row.sealed = sealed.get(pk)
        _insert(SpanContent, self.contents)

    def _keep_messages(self, days: set[date]) -> None:
        runs = {row.run_id for row in self.messages.values()}
        around = (min(days) - A_DAY, max(days))
        known = Message.objects.filter(run_id__in=runs, day__range=around, pk__in=self.messages)
        for pk in known.order_by().values_list("pk", flat=True):
            self.messages.pop(pk, None)
        plain = {pk: compressed(self.plain[pk]) for pk in self.messages}
        sealed = seal_rows(plain, table=Message._meta.db_table, column="sealed")
        for pk, row in self.messages.items():
            row.sealed = sealed[pk]
        _insert(Message, self.messages)


def _heard(record: SpanRecord) -> list[MessageRecord]:
    """Return what a step heard; instructions are what the system said first."""
    if not record.instructions:
        return record.messages_in
    told = MessageRecord("system", [{"type": "text", "content": record.instructions}])
    return [told, *record.messages_in]


def _insert(model: type[Message] | type[SpanContent], rows: Mapping[UUID, Any]) -> None:
    ordered = [rows[pk] for pk in sorted(rows)]
    model._default_manager.bulk_create(ordered, ignore_conflicts=True)
