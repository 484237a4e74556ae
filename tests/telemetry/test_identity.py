"""Ids follow from what is named, sort by time, and differ between organizations."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as some

from telemetry import identity

MINE, THEIRS = uuid4(), uuid4()
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@given(some.integers(0, 2**64 - 1))
def test_a_span_id_survives_the_database(number: int) -> None:
    text = f"{number:016x}"
    kept = identity.signed(text)
    assert -(2**63) <= kept < 2**63
    assert identity.unsigned(kept) == text


def test_the_same_name_is_another_id_elsewhere() -> None:
    assert identity.run_id(MINE, TRACE) == identity.run_id(MINE, TRACE)
    assert identity.run_id(MINE, TRACE) != identity.run_id(THEIRS, TRACE)
    assert identity.source_id(MINE, "bot") != identity.source_id(THEIRS, "bot")
    mine = identity.span_row_id(MINE, TRACE, SPAN, 5)
    assert mine != identity.span_row_id(THEIRS, TRACE, SPAN, 5)
    assert mine.version == 8


@given(some.integers(0, 2**62), some.integers(1_000_000, 2**62))
def test_rows_sort_by_their_start(start: int, later: int) -> None:
    first = identity.span_row_id(MINE, TRACE, SPAN, start)
    second = identity.span_row_id(MINE, TRACE, SPAN, start + later)
    assert first.int >> 80 < second.int >> 80 or (start + later) // 1_000_000 >= 2**48
