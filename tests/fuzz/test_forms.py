"""Forms of the Studio that ask too much are refused with a page, before anybody reads them."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client

from tests.cast import House

PAGES = ("/studio/login/", "/studio/governance/channel/add/", "/studio/agents/agent/")
MEBIBYTE = 2**20


def fields() -> dict[str, object]:
    return {f"field-{number}": "x" for number in range(10_000)}


def files() -> dict[str, object]:
    return {f"file-{number}": BytesIO(b"x") for number in range(1_000)}


def text() -> dict[str, object]:
    return {"name": "x" * 6 * MEBIBYTE}


@pytest.mark.parametrize("bomb", [fields, files, text])
@pytest.mark.parametrize("page", PAGES)
def test_a_form_that_is_too_much_is_refused(
    house: House, page: str, bomb: Callable[[], dict[str, object]]
) -> None:
    browser: Client = house.browser()
    browser.raise_request_exception = False
    assert browser.post(page, bomb()).status_code in {400, 413}


@pytest.mark.parametrize("page", PAGES)
def test_odd_names_and_values_of_a_form_are_no_defect(house: House, page: str) -> None:
    browser: Client = house.browser()
    browser.raise_request_exception = False
    for odd in ("\0", "\ud7ff", "x" * 5_000, "[]", "１２", "9" * 40, "infinity", "%00"):
        form = {"name": odd, "username": odd, "q": odd, "action": odd, "_selected_action": odd}
        assert browser.post(page, {**form, odd: odd}).status_code < 500, odd
        assert browser.get(page, {"q": odd, "p": odd, "o": odd, odd: odd}).status_code < 500, odd
