"""What stands first, and why; by which words a text is found."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from memory import words
from memory.ranking import (
    Candidate,
    How,
    best_possible,
    different,
    rank,
    weight_of,
    within_budget,
)

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def candidate(number: int, **facts: object) -> Candidate:
    return Candidate(UUID(int=number), **facts)  # type: ignore[arg-type]


def ids(ranked: list[object]) -> list[int]:
    return [each.candidate.id.int for each in ranked]  # type: ignore[attr-defined]


def test_likeness_and_words_count_together_and_each_alone() -> None:
    like = candidate(1, likeness=0.9)
    worded = candidate(2, likeness=0.2, words=4.0)
    found = {how: ids(rank([like, worded], how=how, now=NOW, best_words=4.0)) for how in How}
    assert found == {How.SEMANTIC: [1, 2], How.KEYWORD: [2], How.HYBRID: [2, 1]}


def test_the_parts_of_a_score_are_its_sum() -> None:
    each = candidate(1, likeness=0.5, words=1.0, created_at=NOW, confidence=1.0, helped=1)
    (ranked,) = rank([each], how=How.HYBRID, now=NOW, best_words=2.0)
    assert ranked.parts.keys() == {"likeness", "words", "recency", "confidence", "feedback"}
    assert ranked.score == pytest.approx(sum(ranked.parts.values()), abs=1e-5)


def test_what_is_equal_stands_in_the_order_of_its_id() -> None:
    same = [candidate(number, likeness=0.5) for number in (3, 1, 2)]
    assert ids(rank(same, how=How.SEMANTIC, now=NOW)) == [1, 2, 3]


def test_newer_surer_and_helpful_ones_win_what_is_nearly_equal_and_no_more() -> None:
    old = candidate(1, likeness=0.50, created_at=NOW - timedelta(days=300), confidence=0.2)
    new = candidate(2, likeness=0.49, created_at=NOW, confidence=0.9)
    far = candidate(3, likeness=0.30, created_at=NOW, confidence=1.0, helped=3)
    assert ids(rank([old, new, far], how=How.SEMANTIC, now=NOW)) == [2, 1, 3]
    disliked = candidate(2, likeness=0.5, hindered=3)
    liked = candidate(4, likeness=0.5, helped=1)
    assert ids(rank([disliked, liked], how=How.SEMANTIC, now=NOW)) == [4, 2]


def test_a_threshold_leaves_out_what_is_too_far() -> None:
    far, near = candidate(1, likeness=0.1), candidate(2, likeness=0.6)
    assert ids(rank([far, near], how=How.SEMANTIC, now=NOW, threshold=0.5)) == [2]


def test_rare_words_weigh_more() -> None:
    assert weight_of(1, 1000) > weight_of(10, 1000) > weight_of(900, 1000) > 0
    assert best_possible([1.0, 2.0]) == 3.0


def test_what_says_the_same_again_is_left_out() -> None:
    ranked = rank([candidate(n, likeness=1 - n / 10) for n in (1, 2, 3)], how=How.SEMANTIC, now=NOW)
    said = {UUID(int=1): {"tea", "green"}, UUID(int=2): {"tea", "green"}, UUID(int=3): {"coffee"}}
    assert ids(different(ranked, said, 5)) == [1, 3]
    assert ids(different(ranked, {}, 2)) == [1, 2]


def test_a_budget_keeps_the_first_that_fit_and_at_least_one() -> None:
    assert within_budget([10, 10, 10], 25) == 2
    assert within_budget([100], 25) == 1
    assert within_budget([1, 1], None) == 2


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("Caroline went to the LGBTQ support groups", "When did Caroline go to a support group?"),
        ("Melanie's children painted", "the child of Melanie paints"),
        ("seen on 2023-05-07", "What happened in May 2023?"),
        ("Der Kunde wohnt in München", "munchen"),
        ("Она любит зелёный чай", "чая зеленого"),
        ("Ο πελάτης", "πελατης"),
        ("東京で会議がありました", "会議"),
        ("ﬁle №5 of the café", "cafe file"),
        ("don't call", "dont call"),
    ],
)
def test_words_meet_however_they_are_written(kept: str, asked: str) -> None:
    found = set(words.counted([kept]))
    assert set(words.asked(asked)) & found


def test_every_word_of_a_question_that_means_something_meets() -> None:
    found = set(words.counted(["Caroline went to the LGBTQ support groups"]))
    assert set(words.asked("When did Caroline go to a LGBTQ support group?")) <= found


def test_what_every_question_has_is_dropped_unless_there_is_nothing_else() -> None:
    assert words.asked("What did the user do?") == ["user"]
    assert words.asked("who?") == ["who"]
    assert words.asked("!?") == []
