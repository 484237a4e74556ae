"""COPY and INSERT keep the same rows, and neither lets a span out of its organization."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.fence import fenced
from telemetry import storing
from telemetry.actions.store_spans import store_spans
from telemetry.models import ModelUse, Run, Span
from telemetry.records import SpanRecord
from tests.cast import House, make_house
from tests.telemetry.making import NOW_NS, SECOND_NS

HOSTILE = "tab\there, line\nbreak, \\N, \\., a back\\slash, \x01\x1f, \N{SNOWMAN} and NUL\0"


def record(number: int, **more: Any) -> SpanRecord:
    told: dict[str, Any] = {
        "trace_id": f"{number // 5 + 1:032x}",
        "span_id": f"{number + 1:016x}",
        "parent_id": "" if number % 5 == 0 else f"{number // 5 * 5 + 1:016x}",
        "started_ns": NOW_NS - number * SECOND_NS,
        "ended_ns": NOW_NS - number * SECOND_NS + 1_500_000 if number % 3 else 0,
        "name": HOSTILE if number % 2 else "chat",
        "kind": ("agent", "llm", "tool", "embedding", "span")[number % 5],
        "status": "error" if number % 4 == 0 else "ok",
        "error_type": "Refused" if number % 8 == 0 else "",
        "error_message": HOSTILE if number % 8 == 0 else "",
        "vendor": "openai",
        "model": "gpt-4o" if number % 7 else "a model without a price",
        "input_tokens": number * 10,
        "output_tokens": None if number % 6 == 0 else number,
        "conversation_id": "" if number % 2 else f"conversation {number}",
        "environment": HOSTILE[:-1],
        "counts_twice": number % 9 == 0,
        "attributes": {"note": HOSTILE.replace("\0", ""), "number": number},
    }
    return SpanRecord(**(told | more))


def rows(model: Any) -> list[dict[str, Any]]:
    """Return all that was kept, but for what differs from one writing to the next."""
    own = {"created_at", "last_heard_at"} | ({"id"} if model is ModelUse else set())
    names = [field.attname for field in model._meta.fields if field.attname not in own]
    return sorted(model.objects.order_by().values(*names), key=str)


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo all that was written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def as_the_role(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(storing.BEGIN_COPY)
        cursor.execute(statement)


def test_both_ways_keep_the_same_rows_and_sums(house: House, settings: Any) -> None:
    batches = [[record(number) for number in range(40)], [record(n) for n in range(30, 60)]]
    found = []
    for settings.ARM_COPY_FROM in (0, 1):
        with house.inside(), taken_back():
            kept = [sum(store_spans(batch).kept) for batch in batches]
            found.append((kept, rows(Span), rows(Run), rows(ModelUse)))
    assert found[0] == found[1]
    assert found[0][0] == [40, 20]
    assert len(found[0][1]) == 60


def test_a_batch_with_known_spans_says_of_each_whether_it_is_new(house: House, way: str) -> None:
    with house.inside():
        assert store_spans([record(1), record(2)]).kept == [True, True]
        again = store_spans([record(2), record(3), record(3), record(1)])
        assert again.kept == [False, False, True, False]
        assert Span.objects.count() == 3


def test_a_text_that_copy_cannot_tell_is_kept_all_the_same(house: House, way: str) -> None:
    with house.inside():
        assert store_spans([record(1, name="\x02"), record(2)]).spans == 2
        assert Span.objects.filter(name="\x02").exists()


def test_copy_reads_nothing_and_writes_nothing_else(house: House) -> None:
    for statement in (
        "SELECT * FROM telemetry_span",
        "SELECT 1 FROM accounts_user",
        "COPY telemetry_span TO STDOUT",
        "INSERT INTO telemetry_run DEFAULT VALUES",
        "DELETE FROM telemetry_span",
        "CREATE TABLE mine (id uuid)",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), house.inside():
            as_the_role(statement)


def test_a_copied_row_stays_inside_the_organization(house: House, neighbours: House) -> None:
    """The role is not bound by row-level security; the trigger holds the same rule."""
    columns = "id, organization_id, started_at, run_id, source_id, span_id, kind, status, name"
    rest = "vendor, model, counted, tool_name, tool_call_id, error_type, error_message"

    def copy(organization: UUID) -> None:
        values = [uuid4(), organization, "2026-01-01", uuid4(), uuid4(), 1, "span", "ok", "x"]
        line = "\t".join(map(str, [*values, "", "", True, "", "", "", "", ""]))
        with connection.cursor() as cursor:
            cursor.execute(storing.BEGIN_COPY)
            told = f"COPY telemetry_span ({columns}, {rest}, attributes_json) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(told) as into:
                into.write(f"{line}\n")

    with connection.cursor() as cursor:
        cursor.execute("SELECT arm_ensure_partitions('telemetry_span', 'day', '2026-01-01', 1)")
    with house.inside(), taken_back():
        copy(house.organization.pk)
    with pytest.raises(DatabaseError, match="stay inside"), house.inside(), transaction.atomic():
        copy(neighbours.organization.pk)
    with pytest.raises(DatabaseError, match="stay inside"), transaction.atomic():
        copy(house.organization.pk)


def test_a_transaction_that_is_taken_back_leaves_nothing_noted(committed: None) -> None:
    """What was told lately is told again after a transaction that came to nothing."""
    house = make_house("Acme")
    with house.inside(), taken_back(), fenced():
        store_spans([record(1)])
    with house.inside():
        assert store_spans([record(1)]).spans == 1
    with house.inside():
        assert store_spans([record(2)]).spans == 1
