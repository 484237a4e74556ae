"""Sums of runs are what the runs add up to, whatever happens to them."""

import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.fence import current_organization_id
from telemetry.actions.drop_old_sums import KEPT, drop_old_sums
from telemetry.actions.store_spans import store_spans
from telemetry.lengths import BUCKETS, bucket_of, longer_than, percentile, upper_ms
from telemetry.models import Grain, Run, RunSum, SumOf
from telemetry.records import SpanRecord
from telemetry.reports.run_sums import Scope, by_key, course, scope_of_agent, tally
from telemetry.reports.sum_differences import sum_differences
from tests.cast import Api, House
from tests.telemetry.senders import work

HOUR = timedelta(hours=1)


def this_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def test_what_is_sent_is_summed_at_once(house: House, api: Api) -> None:
    work("one").send(api)
    work("two", error="It broke.").send(api)
    start, end = this_hour() - HOUR, this_hour() + HOUR
    with house.inside():
        sums = tally(Scope(), start, end)
        assert (sums.runs, sums.succeeded, sums.failed) == (2, 1, 1)
        assert (sums.llm_calls, sums.tool_calls, sums.errors) == (4, 2, 2)
        assert sums.tokens == 2 * (1_000 + 100 + 1_200 + 50)
        assert sums.cost == sum(run.cost for run in Run.objects.all()) > 0
        assert sum(sums.lengths) == 2
        assert 2_400 < (sums.within_ms(0.5) or 0) < 3_800
        assert set(by_key(SumOf.SOURCE, start, end)) == {
            str(run.source_id) for run in Run.objects.all()
        }
        assert by_key(SumOf.MODEL, start, end)["gpt-4o"].runs == 2
        assert by_key(SumOf.ENVIRONMENT, start, end)["production"].failed == 1


def test_minutes_and_hours_tell_the_same(house: House, api: Api) -> None:
    work().send(api)
    start = this_hour() - HOUR
    with house.inside():
        by_minute = course(Scope(), start, timedelta(minutes=1), 120, Grain.MINUTE)
        by_hour = course(Scope(), start, HOUR, 2)
    assert sum(each.runs for each in by_minute) == sum(each.runs for each in by_hour) == 1
    assert sum(each.cost for each in by_minute) == sum(each.cost for each in by_hour)


def test_an_agent_that_nothing_reports_as_has_no_runs(house: House, api: Api) -> None:
    work().send(api)
    with house.inside():
        assert scope_of_agent(uuid4()).keys == ()
        assert tally(scope_of_agent(uuid4()), this_hour() - HOUR, this_hour() + HOUR).runs == 0


def test_others_see_nothing_of_it(house: House, api: Api, neighbours: House) -> None:
    work().send(api)
    with neighbours.inside():
        assert not RunSum.objects.exists()
        assert tally(Scope(), this_hour() - HOUR, this_hour() + HOUR).runs == 0


PARTS = st.lists(
    st.tuples(
        st.integers(0, 5),  # trace
        st.sampled_from(["one", "two"]),  # agent
        st.sampled_from(["agent", "llm", "tool"]),
        st.sampled_from(["ok", "error", "unset"]),
        st.integers(0, 5_000),  # minutes ago
        st.sampled_from([0, 3, 12, 900, 61_000, 20_000_000]),  # milliseconds, 0: not ended
        st.booleans(),  # stands on top
        st.sampled_from(["", "web"]),  # app
    ),
    min_size=1,
    max_size=12,
)


@given(batches=st.lists(PARTS, min_size=1, max_size=5), silence=st.booleans())
@pytest.mark.django_db
def test_any_history_adds_up(batches: list[list[tuple]], silence: bool) -> None:
    from tests.cast import make_house

    with transaction.atomic():
        house = make_house(f"Acme {uuid4().hex[:8]}")
        now = time.time_ns() // 10**9
        with house.inside():
            for batch in batches:
                store_spans([record(part, now) for part in batch])
            if silence:
                Run.objects.order_by().update(status="incomplete")
                Run.objects.order_by().update(app="desk", cost=7)
            hours = RunSum.objects.of_all(Grain.HOUR)
            assert Run.objects.count() == sum(row.runs for row in hours)
            whole = this_hour() - timedelta(days=5), this_hour() + HOUR
            assert sum_differences(*whole) == []
            days = whole[0].replace(hour=0), whole[1].replace(hour=0) + timedelta(days=1)
            assert sum_differences(*days, "day") == []
            recent = timezone.now().replace(second=0, microsecond=0) - timedelta(days=2)
            assert sum_differences(recent, whole[1], "minute") == []


def record(part: tuple, now: int) -> SpanRecord:
    trace, agent, kind, status, minutes, took, on_top, app = part
    started = (now - minutes * 60) * 10**9
    return SpanRecord(
        trace_id=f"{trace + 1:032x}",
        span_id=uuid4().hex[:16],
        parent_id="" if on_top else "00000000000000ff",
        name="step",
        kind=kind,
        status=status,
        started_ns=started,
        ended_ns=started + took * 10**6 if took else 0,
        agent_name=agent,
        service="desk",
        model="gpt-4o" if kind == "llm" else "",
        vendor="openai" if kind == "llm" else "",
        input_tokens=10 if kind == "llm" else None,
        app=app,
    )


def test_a_wrong_sum_is_found(house: House, api: Api) -> None:
    work().send(api)
    start, end = this_hour() - HOUR, this_hour() + HOUR
    with house.inside():
        assert sum_differences(start, end) == []
        RunSum.objects.of_all(Grain.HOUR).update(failed=1)
        assert [sort for sort, _, _ in sum_differences(start, end)] == ["all"]


@pytest.mark.parametrize("took", [0.0, 0.4, 9.99, 11, 250, 61_000, 3_000_000, 10**9])
def test_the_database_sorts_lengths_alike(db: None, took: float) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT arm_length_bucket(%s)", [timedelta(milliseconds=took)])
        assert cursor.fetchone()[0] == bucket_of(took) + 1


@given(st.lists(st.floats(1, 10_000_000), min_size=1, max_size=200), st.floats(0.01, 1))
def test_percentiles_are_within_a_quarter(lengths: list[float], share: float) -> None:
    counts = [0] * BUCKETS
    for each in lengths:
        counts[bucket_of(each)] += 1
    found = percentile(counts, share)
    rank = max(1, -(-int(share * len(lengths) * 1_000_000) // 1_000_000))
    true = sorted(lengths)[min(rank, len(lengths)) - 1]
    assert found is not None
    assert abs(bucket_of(found) - bucket_of(true)) <= 1 or len(lengths) < 1 / share
    assert found <= upper_ms(bucket_of(max(lengths))) * 1.001


def test_how_many_took_longer() -> None:
    counts = [0] * BUCKETS
    counts[bucket_of(100)] = 10
    counts[bucket_of(5_000)] = 5
    assert longer_than(counts, 1_000) == 5
    assert longer_than(counts, 1) == 15
    assert longer_than(counts, 10**9) == 0
    assert percentile([0] * BUCKETS, 0.5) is None


def test_the_organization_is_the_one_of_the_run(house: House, api: Api) -> None:
    work().send(api)
    with house.inside():
        assert {row.organization_id for row in RunSum.objects.all()} == {current_organization_id()}


def test_what_is_fine_leaves_before_what_is_coarse(house: House, api: Api) -> None:
    work().send(api)
    day = this_hour().replace(hour=0) - timedelta(days=8)
    with house.inside():
        RunSum.objects.update(at=day)
        assert drop_old_sums() > 0
        assert set(RunSum.objects.values_list("grain", flat=True)) == {Grain.HOUR, Grain.DAY}
        RunSum.objects.update(at=day - KEPT[Grain.HOUR])
        drop_old_sums()
        assert set(RunSum.objects.values_list("grain", flat=True)) == {Grain.DAY}
        month = day - KEPT[Grain.HOUR], day
        assert tally(Scope(), *month, Grain.DAY).runs == 1
        assert drop_old_sums() == 0
