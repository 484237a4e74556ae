"""The picture of a day: one bar a quarter of an hour, as bad as its worst moment."""

from datetime import UTC, datetime, timedelta

from agents.picture import BARS, HEIGHT, LEAST, Moment, draw

UNTIL = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ago(**span: float) -> datetime:
    return UNTIL - timedelta(**span)


def test_a_day_without_checks_is_blank() -> None:
    picture = draw([], until=UNTIL, hours=24)
    assert picture.is_empty
    assert len(picture.bars) == BARS
    assert picture.summary == "No check in the last 24 hours."


def test_a_bar_shows_the_worst_of_its_stretch() -> None:
    moments = [
        Moment(ago(minutes=12), "healthy", 100),
        Moment(ago(minutes=7), "down", 20),
        Moment(ago(minutes=2), "healthy", 100),
    ]
    picture = draw(moments, until=UNTIL, hours=24)
    last = picture.bars[-1]
    assert (last.status, last.label) == ("down", "11:45 UTC: down, score 20")
    assert last.height == LEAST + round((HEIGHT - LEAST) * 0.2)
    assert last.y + last.height == HEIGHT
    assert picture.summary == "3 checks in the last 24 hours: 1 down, 2 healthy."


def test_bars_run_from_the_oldest_to_the_newest() -> None:
    moments = [Moment(ago(hours=24), "degraded", 60), Moment(ago(minutes=1), "healthy", 90)]
    bars = draw(moments, until=UNTIL, hours=24).bars
    assert (bars[0].status, bars[-1].status) == ("degraded", "healthy")
    assert [bar.x for bar in bars] == sorted(bar.x for bar in bars)


def test_a_check_without_a_score_is_a_short_bar() -> None:
    bar = draw([Moment(ago(minutes=1), "unknown", None)], until=UNTIL, hours=24).bars[-1]
    assert (bar.status, bar.height) == ("unknown", LEAST)


def test_a_check_from_a_clock_that_is_ahead_stands_in_the_last_bar() -> None:
    bars = draw([Moment(UNTIL + timedelta(seconds=30), "healthy", 90)], until=UNTIL, hours=24).bars
    assert bars[-1].status == "healthy"
