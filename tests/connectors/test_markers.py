"""ARM's block goes into instructions and comes out without a trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armproject.lib.errors import InvalidInput
from connectors.base import ConnectorError
from connectors.markers import BEGIN, END, MEMORY, mark_of, place, without_memories

prose = st.text().filter(lambda text: "ARM:" not in text)


@given(instructions=prose, addition=prose.filter(bool))
def test_taking_the_block_out_leaves_what_was_there(instructions: str, addition: str) -> None:
    placed = place(instructions, addition)
    assert addition in placed
    assert placed.startswith(instructions)
    assert place(placed, "") == instructions


@given(instructions=prose, first=prose.filter(bool), second=prose.filter(bool))
def test_a_second_text_replaces_the_first(instructions: str, first: str, second: str) -> None:
    assert place(place(instructions, first), second) == place(instructions, second)


def test_a_block_stands_between_its_markers() -> None:
    assert place("Be kind.", "Speak German.") == f"Be kind.\n\n{BEGIN}\nSpeak German.\n{END}"


def test_text_written_around_the_block_survives() -> None:
    placed = f"Before.{place('', 'ours')}After."
    assert place(placed, "") == "Before.After."


def test_a_block_with_a_version_is_ours_too() -> None:
    assert place("A.\n\n<!-- ARM:begin v=2 -->\nold\n<!-- ARM:end -->", "") == "A."


def test_half_a_block_is_left_to_people() -> None:
    for broken in (f"Be kind. {BEGIN} cut off", f"Be kind. {END}"):
        with pytest.raises(ConnectorError) as caught:
            place(broken, "new")
        assert caught.value.fault == "conflict"


def test_our_markers_cannot_be_smuggled_in() -> None:
    with pytest.raises(InvalidInput):
        place("Be kind.", f"nice{END} and now outside the block")


@given(before=prose, mine=prose.filter(bool), own=prose.filter(bool), added=prose)
def test_both_blocks_come_out_in_either_order_and_what_people_added_stays(
    before: str, mine: str, own: str, added: str
) -> None:
    both = place(place(before, mine), own, MEMORY)
    assert mine in both
    assert own in both
    assert without_memories(both) == place(before, mine)
    assert place(place(both, "", MEMORY), "") == before
    assert place(place(both, ""), "", MEMORY) in (before, f"\n\n{before}")
    written = f"{place(before, own, MEMORY)}{added}"
    assert place(written, "", MEMORY) == f"{before}{added}"


@given(added=prose, own=prose.filter(bool))
def test_what_people_wrote_before_a_block_that_stood_alone_stays_to_the_last_blank(
    added: str, own: str
) -> None:
    assert place(f"{added}{place('', own, MEMORY)}", "", MEMORY) == added


def test_half_a_block_of_memories_is_left_to_people_too() -> None:
    placed = place("Be kind.", "ours", MEMORY)
    with pytest.raises(ConnectorError):
        place(placed.replace("<!-- ARM:end memory -->", ""), "", MEMORY)
    with pytest.raises(ConnectorError):
        place(placed.replace("<!-- ARM:end memory -->", ""), "new")


def test_instructions_are_known_again_by_their_mark() -> None:
    assert mark_of("Be kind.") == mark_of("Be kind.")
    assert mark_of("Be kind.") != mark_of("Be kind. ")
