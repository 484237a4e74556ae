"""How what is observed of a preference joins what is known of it."""

from hypothesis import given
from hypothesis import strategies as st

from memory.learning.observing import MOST_EXAMPLES, MOST_FORMER, Told, observe

AT = "2026-11-01T12:00:00+00:00"


def test_seeing_the_same_again_makes_it_surer_and_keeps_the_example() -> None:
    seen = observe(Told("metric"), 0.5, " Metric ", seen_confidence=0.8, example="in km", at=AT)

    assert seen.told == Told("metric", ("in km",))
    assert 0.5 < seen.confidence < 1
    assert not seen.is_contradiction


def test_a_contradiction_takes_its_place_and_the_former_value_stays_known() -> None:
    known = Told("metric", ("in km",))

    seen = observe(known, 0.9, "imperial", seen_confidence=0.6, example="in miles", at=AT)

    assert (seen.told.value, seen.told.examples, seen.confidence) == (
        "imperial",
        ("in miles",),
        0.6,
    )
    assert [(each.value, each.confidence, each.until) for each in seen.told.former] == [
        ("metric", 0.9, AT)
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1), st.text()), max_size=60))
def test_confidence_stays_within_bounds_and_lists_stay_short(
    seen: list[tuple[str, float, str]],
) -> None:
    told, confidence = Told("a"), 0.5
    for value, sure, example in seen:
        told, confidence, _ = observe(
            told, confidence, value, seen_confidence=sure, example=example, at=AT
        )

    assert 0 <= confidence < 1
    assert len(told.examples) <= MOST_EXAMPLES
    assert len(told.former) <= MOST_FORMER
    assert Told.of(told.plain()) == told
