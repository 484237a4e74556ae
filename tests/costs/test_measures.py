"""What alert rules read of costs."""

from datetime import timedelta
from decimal import Decimal

from governance.registry import MEASURES, Reading, Span
from tests.cast import House
from tests.costs.conftest import DAY, HOUR, Book


def read(book: Book, name: str, span: Span, subject: object = None) -> list[Reading]:
    with book.house.inside():
        return list(MEASURES[name].read(span, subject))


def test_the_total_is_given_in_each_currency_and_the_own_one_always(book: Book) -> None:
    span = Span(book.day, book.day + DAY)
    (nothing,) = read(book, "costs.total", span)
    assert (nothing.value, nothing.currency) == (0, "USD")
    book.bills(book.bill("5"), book.bill("2", currency="EUR"))
    found = {reading.currency: reading.value for reading in read(book, "costs.total", span)}
    assert found == {"USD": 5, "EUR": 2}


def test_the_total_counts_no_more_than_the_span(book: Book) -> None:
    book.usage(book.row(9), book.row(10))
    span = Span(book.day + 9 * HOUR, book.day + 10 * HOUR)
    assert [reading.value for reading in read(book, "costs.total", span)] == [Decimal("0.0035")]


def test_each_agent_has_its_own_reading_and_nobody_has_none(book: Book) -> None:
    agents = {name: book.agent(name) for name in ("tree", "leaf")}
    book.usage(book.row(agent="agent_tree"), book.row(agent="agent_leaf", requests=2), book.row())
    for span in (Span(book.day, book.day + DAY), Span(book.day - 6 * DAY, book.day + DAY)):
        found = read(book, "costs.agent", span)
        assert {reading.subject_id for reading in found} == {a.pk for a in agents.values()}
        assert {reading.subject_label for reading in found} == set(agents)
        assert all(reading.value == Decimal("0.0035") for reading in found)
    (only,) = read(book, "costs.agent", span, agents["leaf"].pk)
    assert only.subject_label == "leaf"


def test_a_spike_is_measured_against_the_mean_of_seven_spans(book: Book) -> None:
    span = Span(book.day, book.day + DAY)
    (unknown,) = read(book, "costs.spike", span)
    assert unknown.value is None
    book.bills(book.bill("6"), *(book.bill("2", start=book.day - n * DAY) for n in range(1, 8)))
    (spike,) = read(book, "costs.spike", span)
    assert spike.value == 3


def test_tokens_count_with_and_without_a_price(book: Book) -> None:
    book.usage(book.row(), book.row(model="acme-7b"))
    (tokens,) = read(book, "tokens.total", Span(book.day, book.day + timedelta(days=1)))
    assert tokens.value == 2_200


def test_readings_stay_inside_the_company(book: Book, neighbours: House) -> None:
    book.bills(book.bill("5"))
    with neighbours.inside():
        span = Span(book.day, book.day + DAY)
        assert [r.value for r in MEASURES["costs.total"].read(span, None)] == [0]
        assert list(MEASURES["costs.agent"].read(span, None)) == []
