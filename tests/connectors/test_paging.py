"""Lists are read to their end, and lists without an end are noticed."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.base import ConnectorError
from connectors.paging import by_last_id, by_last_item, by_token

Params = Any


def pages(*answers: Any) -> tuple[Callable[[Params], Any], list[dict[str, str]]]:
    """Give these pages one after the other, and keep the parameters they were asked with."""
    asked: list[dict[str, str]] = []

    def fetch(params: Params) -> Any:
        asked.append(dict(params))
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return fetch, asked


def test_a_list_continues_after_the_last_entry() -> None:
    fetch, asked = pages(
        {"data": [{"id": "a"}, {"id": "b"}], "has_more": True},
        {"data": [{"id": "c"}], "has_more": False},
    )
    assert [row["id"] for row in by_last_item(fetch, [("limit", "2")])] == ["a", "b", "c"]
    assert asked == [{"limit": "2"}, {"limit": "2", "after": "b"}]


def test_a_last_entry_without_an_id_leaves_it_to_the_page() -> None:
    fetch, asked = pages(
        {"data": [{"id": None}], "has_more": True, "last_id": "cursor"},
        {"data": [{"id": None}], "has_more": False},
    )
    assert len(list(by_last_item(fetch))) == 2
    assert asked == [{}, {"after": "cursor"}]


def test_a_list_continues_after_the_id_that_the_page_names() -> None:
    fetch, asked = pages(
        {"data": [{"id": "a"}], "has_more": True, "last_id": "cursor"},
        {"data": [{"id": "b"}], "has_more": False, "last_id": "b"},
    )
    assert len(list(by_last_id(fetch, parameter="after_id"))) == 2
    assert asked == [{}, {"after_id": "cursor"}]


def test_a_list_continues_with_the_token_of_the_next_page() -> None:
    fetch, asked = pages(
        {"data": [{"n": 1}], "next_page": "p2"}, {"data": [{"n": 2}], "next_page": None}
    )
    assert [row["n"] for row in by_token(fetch)] == [1, 2]
    assert asked == [{}, {"page": "p2"}]


def test_has_more_false_ends_a_list_even_with_a_token() -> None:
    fetch, asked = pages({"data": [{"n": 1}], "has_more": False, "next_page": "p2"})
    assert len(list(by_token(fetch))) == 1
    assert len(asked) == 1


def test_an_empty_list_is_an_empty_list() -> None:
    for read in (by_last_item, by_last_id, by_token):
        fetch, _ = pages({"data": [], "has_more": False})
        assert list(read(fetch)) == []


def test_a_cursor_that_comes_back_is_an_endless_list() -> None:
    fetch, asked = pages({"data": [{"id": "a"}], "has_more": True})
    with pytest.raises(ConnectorError) as caught:
        list(by_last_item(fetch))
    assert caught.value.fault == "endless"
    assert len(asked) == 2


def test_a_circle_of_cursors_is_an_endless_list() -> None:
    fetch, asked = pages(*({"data": [], "next_page": token} for token in ("x", "y", "z", "x")))
    with pytest.raises(ConnectorError, match="does not end"):
        list(by_token(fetch))
    assert len(asked) == 4


def test_a_thousand_pages_are_enough() -> None:
    number = iter(range(10_000))
    with pytest.raises(ConnectorError) as caught:
        list(by_token(lambda _: {"data": [], "has_more": True, "next_page": str(next(number))}))
    assert caught.value.fault == "endless"
    assert next(number) == 1000


def test_a_page_that_fails_fails_the_list() -> None:
    failure = ConnectorError("away", fault="unavailable")
    fetch, _ = pages(
        {"data": [{"id": "a"}], "has_more": True},
        {"data": [{"id": "b"}], "has_more": True},
        failure,
    )
    with pytest.raises(ConnectorError) as caught:
        list(by_last_item(fetch))
    assert caught.value is failure


@pytest.mark.parametrize(
    "page",
    [
        {"data": [], "has_more": True},
        {"data": [{"no": "id"}], "has_more": True},
        {"data": {"id": "a"}},
        {"data": ["a"]},
        {},
    ],
)
def test_a_page_that_makes_no_sense_is_malformed(page: Any) -> None:
    with pytest.raises(ConnectorError) as caught:
        list(by_last_item(lambda _: page))
    assert caught.value.fault == "malformed"
