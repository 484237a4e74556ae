"""ARM's block goes into instructions and comes out without a trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armproject.lib.errors import InvalidInput
from connectors.base import ConnectorError
from connectors.markers import BEGIN, END, place

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
