"""The Studio's page of costs and its lists."""

import re
from decimal import Decimal

import pytest

from costs.chart import bars
from jobs.models import Job
from tests.cast import House
from tests.costs.conftest import Book, open_book

PAGE = "/studio/costs/usagerecord/overview"
LISTS = ("/studio/costs/usagerecord/", "/studio/costs/billedcost/")


def days(book: Book) -> str:
    day = book.day.date()
    return f"{PAGE}?period=custom&start={day}&end={day}"


def text(answer: object) -> str:
    assert answer.status_code == 200, answer.status_code  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", answer.content.decode())  # type: ignore[attr-defined]


def test_the_page_shows_money_tokens_and_where_they_come_from(book: Book) -> None:
    agent = book.agent("Night shift")
    book.usage(book.row(agent="agent_Night shift"), book.row(model="acme-7b", input_tokens=70_000))
    book.bills(book.bill("12.5"))
    page = text(book.house.browser("viewer").get(days(book)))
    assert "$12.50" in page
    assert "Night shift" in page
    assert str(agent.pk) in page
    assert "1,100" in page
    assert "Used without a price" in page
    assert "70,100 tokens" in page
    assert "bill says so." in page


def test_names_from_vendors_are_text(book: Book) -> None:
    book.usage(book.row(model="<script>alert(1)</script>"))
    assert "<script>alert(1)" not in text(book.house.browser().get(days(book)))


@pytest.mark.parametrize(("role", "expected"), [("viewer", 200), ("auditor", 403), ("owner", 200)])
def test_the_page_and_lists_are_for_those_who_may_read_costs(
    book: Book, role: str, expected: int
) -> None:
    browser = book.house.browser(role)
    for path in (PAGE, *LISTS):
        assert browser.get(path).status_code == expected, path


def test_the_page_of_another_company_shows_nothing_of_ours(book: Book, neighbours: House) -> None:
    book.usage(book.row(model="acme-secret"))
    assert "acme-secret" not in text(neighbours.browser().get(days(book)))


def test_the_empty_page_says_what_to_do(house: House) -> None:
    assert "Connect a vendor" in text(house.browser().get(PAGE))
    assert "Connect a vendor</a>" not in text(house.browser("viewer").get(PAGE))
    open_book(house, "Silent", capabilities=[])
    assert "No key reads costs yet" in text(house.browser().get(PAGE))
    open_book(house)
    assert "The first reading is on its way" in text(house.browser().get(PAGE))


def test_a_period_that_cannot_be_shows_this_month_and_says_so(book: Book) -> None:
    book.usage(book.row())
    browser = book.house.browser()
    page = text(browser.get(f"{PAGE}?period=custom&start=2026-11-02&end=2026-11-01"))
    assert "The end lies before the start." in page
    assert "That is no period ARM knows." in text(browser.get(f"{PAGE}?period=aeon"))


def test_each_currency_has_its_own_page(book: Book) -> None:
    book.bills(book.bill("5", model="a"), book.bill("3", currency="EUR", model="b"))
    browser = book.house.browser()
    assert "€3.00" not in text(browser.get(days(book)))
    assert "€3.00" in text(browser.get(f"{days(book)}&currency=EUR"))


def test_the_button_queues_readings_for_those_who_may(book: Book) -> None:
    for role, queued in (("viewer", 0), ("developer", 1)):
        answer = book.house.browser(role).post(f"{PAGE}/sync")
        assert answer.status_code == 302
        with book.house.inside():
            assert Job.objects.filter(kind="costs.sync").count() == queued
    assert book.house.browser().get(f"{PAGE}/sync").status_code == 405


def test_lists_show_traffic_once_and_open_each_row(book: Book) -> None:
    book.agent("tree")
    book.usage(
        book.row(9, source="agents_api", api_key="key_shared"),
        book.row(9, source="sessions", agent="agent_tree"),
    )
    book.bills(book.bill("5", api_key="key_shared", source="agents_api"))
    browser = book.house.browser()
    usage = text(browser.get(LISTS[0]))
    assert "key_shared" in usage
    assert "tree" not in re.sub(r"<aside.*?</aside>", "", usage)
    assert "tree" in text(browser.get(f"{LISTS[0]}?role__exact=agent_share"))
    assert "$5.00" in text(browser.get(LISTS[1]))
    (link,) = set(re.findall(r'href="(/studio/costs/usagerecord/[0-9a-f-]{36}/change/)', usage))
    assert "key_shared" in text(browser.get(link))


def test_nobody_changes_figures_by_hand(book: Book) -> None:
    book.usage(book.row())
    for path in LISTS:
        assert book.house.browser().get(f"{path}add/").status_code == 403


def test_the_page_asks_no_more_of_the_database_when_there_is_more_to_show(
    book: Book, django_assert_max_num_queries: object
) -> None:
    for n in range(20):
        book.agent(f"a{n}")
    book.usage(*(book.row(n, agent=f"agent_a{n}", model=f"m{n}") for n in range(20)))
    browser = book.house.browser()
    browser.get(days(book))
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        browser.get(days(book))


def test_bars_have_round_scales_and_small_values_stay_visible() -> None:
    drawn = bars([Decimal(0), Decimal("0.001"), Decimal("87.3")])
    assert drawn.ticks == (0, 50, 100)
    assert drawn.heights == (0, 1, Decimal("87.30"))
    assert bars([]).ticks == (0, Decimal("0.5"), 1)


def test_what_was_allocated_has_its_amount_and_everything_leads_on(book: Book) -> None:
    for number in range(15):
        book.agent(f"tree {number}", cost_center="Forestry" if number else "")
    book.usage(
        book.row(9, source="agents_api", api_key="key_shared"),
        *(book.row(9, source="sessions", agent=f"agent_tree {n}") for n in range(15)),
        book.row(10, api_key="key_unknown"),
    )
    book.bills(
        book.bill("10", api_key="key_shared", source="agents_api"),
        book.bill("2", api_key="key_unknown"),
    )
    browser = book.house.browser()
    page = text(browser.get(days(book)))
    known = page.split("Where the figures come from")[1]
    assert re.search(r"Billed, allocated</span> <b>\$10\.00", known)
    assert re.search(r"Billed</span> <b>\$2\.00", known)
    assert "agent__isnull=True" in page
    (more,) = re.findall(r'href="(\?[^"]*all=agent)#', page)
    assert "tree 14" in text(browser.get(f"{PAGE}{more.replace('&amp;', '&')}"))


def test_who_pays_is_shown_by_each_division(book: Book) -> None:
    book.agent("Clerk", cost_center="Finance", environment="staging", owner=None)
    book.usage(book.row(agent="agent_Clerk"))
    browser = book.house.browser("viewer")
    assert "Finance" in text(browser.get(days(book)))
    assert "Staging" in text(browser.get(f"{days(book)}&by=environment"))
    assert "Not assigned" in text(browser.get(f"{days(book)}&by=owner"))
    assert "That is no period ARM knows." in text(browser.get(f"{PAGE}?by=aeon"))


def test_dates_without_a_custom_period_are_refused_as_in_the_api(book: Book) -> None:
    book.usage(book.row())
    page = text(book.house.browser().get(f"{PAGE}?start=2026-11-01"))
    assert "Dates go with period=custom only." in page
