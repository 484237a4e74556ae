"""A list can be read to its end, in any order it offers, and is never slow for being counted."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import django_filters
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django_celery_beat.models import (
    ClockedSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.generics import ListAPIView, ListCreateAPIView
from rest_framework.test import APIRequestFactory

from armproject.lib.errors import InvalidInput
from armproject.lib.rest import pagination
from armproject.lib.rest.filters import Ordering, StrictQuery, TextSearch
from armproject.lib.rest.order import Order
from armproject.lib.rest.pagination import Pages
from armproject.lib.scrub import scrub

pytestmark = pytest.mark.django_db


class IntervalSerializer(serializers.ModelSerializer):
    class Meta:
        model = IntervalSchedule
        fields = ["id", "every", "period"]


class IntervalFilter(django_filters.FilterSet):
    between = django_filters.RangeFilter(field_name="every")

    class Meta:
        model = IntervalSchedule
        fields = ["period"]


class Intervals(ListAPIView):
    authentication_classes = ()
    permission_classes = ()
    pagination_class = Pages
    filter_backends = (StrictQuery, DjangoFilterBackend, TextSearch, Ordering)
    queryset = IntervalSchedule.objects.all()
    serializer_class = IntervalSerializer
    filterset_class = IntervalFilter
    search_fields = ("period",)
    ordering_fields = {"every": "every", "unit": "period"}
    ordering = "-every"


@pytest.fixture
def rows():
    """Return 60 rows in which every column holds ties."""
    IntervalSchedule.objects.all().delete()
    periods = ["days", "hours", "minutes"]
    return IntervalSchedule.objects.bulk_create(
        IntervalSchedule(every=i % 4, period=periods[i % 3]) for i in range(60)
    )


def get(view=Intervals, **query):
    request = APIRequestFactory().get("/api/v1/intervals", query, HTTP_ACCEPT="application/json")
    response = view.as_view()(request)
    response.render()
    return response.status_code, json.loads(response.content)


def read_all(**query):
    """Follow the cursors from the first page to the end."""
    found, cursor = [], {}
    for _ in range(100):
        status, answer = get(**query, **cursor)
        assert status == 200
        found += answer["data"]
        if answer["meta"]["nextCursor"] is None:
            return found
        cursor = {"cursor": answer["meta"]["nextCursor"]}
    raise AssertionError("The list does not end.")


def refused(**query):
    status, answer = get(**query)
    assert status == 400
    assert answer["error"]["code"] == "VALIDATION_ERROR"
    return answer["error"]


def test_a_page_tells_where_it_stands(rows):
    _, answer = get(page="2", perPage="25")
    assert len(answer["data"]) == 25
    meta = answer["meta"]
    assert meta.pop("nextCursor")
    assert meta == {"page": 2, "perPage": 25, "total": 60, "totalIsCapped": False}


def test_without_asking_a_page_has_twenty_rows(rows):
    assert len(get()[1]["data"]) == 20


def test_the_last_page_has_no_cursor_and_a_page_behind_it_no_rows(rows):
    last = get(page="3")[1]
    behind = get(page="9")[1]
    assert (len(last["data"]), last["meta"]["nextCursor"], last["meta"]["total"]) == (20, None, 60)
    assert (behind["data"], behind["meta"]["total"]) == ([], 60)


@pytest.mark.parametrize("ordering", ["every", "-every", "unit,-every", "-unit,every", None])
def test_cursors_lead_through_every_row_once_and_in_order(rows, ordering):
    query = {"ordering": ordering} if ordering else {}
    read = read_all(perPage="7", **query)
    terms = {
        "every": ["every", "id"],
        "-every": ["-every", "-id"],
        "unit,-every": ["period", "-every", "-id"],
        "-unit,every": ["-period", "every", "id"],
        None: ["-every", "-id"],
    }[ordering]
    expected = IntervalSchedule.objects.order_by(*terms).values_list("id", flat=True)
    assert [row["id"] for row in read] == list(expected)


def test_rows_that_come_and_go_between_pages_disturb_no_other(rows):
    _, first = get(ordering="every", perPage="30")
    IntervalSchedule.objects.filter(id=first["data"][-1]["id"]).delete()
    IntervalSchedule.objects.create(every=0, period="aaa")
    _, second = get(ordering="every", perPage="30", cursor=first["meta"]["nextCursor"])
    seen = [row["id"] for row in first["data"] + second["data"]]
    assert seen == [row.id for row in sorted(rows, key=lambda row: (row.every, row.id))]


@given(
    data=st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), max_size=25),
    signs=st.tuples(st.booleans(), st.booleans()),
    size=st.integers(1, 6),
)
def test_any_rows_in_any_order_are_read_exactly_once(data, signs, size):
    IntervalSchedule.objects.all().delete()
    IntervalSchedule.objects.bulk_create(
        IntervalSchedule(every=every, period=period) for every, period in data
    )
    ordering = ",".join(
        "-" * sign + name for sign, name in zip(signs, ("unit", "every"), strict=True)
    )
    read = read_all(ordering=ordering, perPage=str(size))
    ids = [row["id"] for row in read]
    assert sorted(ids) == sorted(IntervalSchedule.objects.values_list("id", flat=True))
    keys = [(row["period"], row["every"]) for row in read]
    for before, after in pairwise(keys):
        if before[0] != after[0]:
            assert (before[0] > after[0]) == signs[0]
        elif before[1] != after[1]:
            assert (before[1] > after[1]) == signs[1]


def test_times_and_decimals_keep_their_exact_place():
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    ClockedSchedule.objects.bulk_create(
        ClockedSchedule(clocked_time=noon + timedelta(microseconds=i // 2)) for i in range(9)
    )
    SolarSchedule.objects.bulk_create(
        SolarSchedule(event="sunset", latitude=Decimal(i) / 10**6, longitude=0) for i in range(9)
    )
    for queryset in (
        ClockedSchedule.objects.order_by("-clocked_time"),
        SolarSchedule.objects.order_by("latitude"),
    ):
        order = Order.of(queryset)
        ordered = list(queryset.order_by(*order.terms))
        place = order.place(order.cursor(ordered[4]))
        rest = queryset.order_by(*order.terms).filter(order.after(place))
        assert list(rest) == ordered[5:]


def test_a_cursor_starts_in_the_index_and_not_at_the_beginning(rows):
    with connection.cursor() as cursor:
        # A temporary table of the same name hides the real one, which this role may not index.
        table = "django_celery_beat_intervalschedule"
        cursor.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table}) ON COMMIT DROP")
        cursor.execute(f"CREATE INDEX ON {table} (every DESC, id DESC)")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    order = Order.of(IntervalSchedule.objects.order_by("-every"))
    queryset = IntervalSchedule.objects.order_by(*order.terms).filter(order.after([2, 30]))
    plan = queryset[:20].explain()
    assert "Index Cond: (every <= 2)" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    "forge",
    [
        lambda cursor: "x",
        lambda cursor: "",
        lambda cursor: cursor[:-2],
        lambda cursor: "A" + cursor,
        lambda cursor: cursor + "\ud800",
        lambda cursor: cursor.replace(":", ""),
        lambda cursor: "W1tdLFtdXQ:" + cursor.rpartition(":")[2],
    ],
)
def test_a_forged_cursor_is_refused(rows, forge):
    cursor = get()[1]["meta"]["nextCursor"]
    order = Order.of(IntervalSchedule.objects.order_by("-every"))
    assert order.place(cursor)
    assert "cursor" in refused_by_place(order, forge(cursor))


def refused_by_place(order, cursor):
    with pytest.raises(InvalidInput) as caught:
        order.place(cursor)
    return caught.value.details["fields"]


def test_a_cursor_of_another_ordering_is_refused(rows):
    cursor = get(ordering="every")[1]["meta"]["nextCursor"]
    assert "another ordering" in refused(ordering="-every", cursor=cursor)["message"]


def test_a_cursor_looks_like_no_key(rows):
    cursor = get()[1]["meta"]["nextCursor"]
    assert scrub(cursor) == cursor


def test_page_and_cursor_exclude_each_other(rows):
    cursor = get()[1]["meta"]["nextCursor"]
    assert "page or cursor" in refused(page="2", cursor=cursor)["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"perPage": "101"},
        {"perPage": "0"},
        {"perPage": "x"},
        {"perPage": "\u0661"},
        {"page": "-1"},
        {"page": "1" * 5_000},
        {"page": ""},
    ],
)
def test_numbers_out_of_range_are_refused(query):
    assert next(iter(query)) in refused(**query)["details"]["fields"]


def test_a_page_too_far_is_pointed_to_the_cursor():
    assert "nextCursor" in refused(page="501")["message"]


def test_counting_stops_at_the_cap():
    IntervalSchedule.objects.bulk_create(
        IntervalSchedule(every=1, period="days") for _ in range(pagination.COUNT_MOST + 5)
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        _, answer = get()
    assert answer["meta"]["total"] == 10_000
    assert answer["meta"]["totalIsCapped"] is True
    assert "LIMIT 10001" in queries.captured_queries[-1]["sql"]


def test_a_list_that_fits_its_page_is_not_counted(rows):
    with CaptureQueriesContext(connection) as queries:
        _, answer = get(perPage="60")
    assert answer["meta"]["total"] == 60
    assert len(queries) == 1


# --- what may be asked


def test_an_unknown_parameter_is_refused_and_the_known_ones_named():
    error = refused(perpage="3")
    assert error["details"]["allowed"] == [
        "between",
        "between_max",
        "between_min",
        "cursor",
        "ordering",
        "page",
        "perPage",
        "period",
        "search",
    ]
    assert "perpage" in error["details"]["fields"]


def test_filters_still_filter(rows):
    assert get(period="days")[1]["meta"]["total"] == 20
    assert get(between_min="3")[1]["meta"]["total"] == 15
    assert "period" in refused(period="weeks")["details"]["fields"]


def test_an_unknown_ordering_is_refused_and_the_known_ones_named():
    assert "every, unit" in refused(ordering="password")["message"]
    assert "every, unit" in refused(ordering="every__exact")["message"]


def test_search_finds_and_is_short(rows):
    assert get(search="hour")[1]["meta"]["total"] == 20
    assert "100" in refused(search="x" * 101)["message"]


def test_nul_in_a_parameter_is_refused():
    assert "search" in refused(search="a\0b")["details"]["fields"]


def test_a_column_with_nulls_cannot_sort():
    with pytest.raises(ImproperlyConfigured, match="null"):
        Order.of(PeriodicTask.objects.order_by("expires"))


def test_a_relation_cannot_sort_by_itself():
    with pytest.raises(ImproperlyConfigured, match="columns"):
        Order.of(Permission.objects.order_by("content_type"))
    assert Order.of(Permission.objects.order_by("content_type__model")).terms[-1] == "id"


def test_plain_dicts_can_be_paged_too():
    order = Order.of(ContentType.objects.order_by("model"))
    rows = list(ContentType.objects.order_by(*order.terms).values("id", "model"))
    rest = ContentType.objects.filter(order.after(order.place(order.cursor(rows[0]))))
    assert rest.count() == len(rows) - 1


def test_the_browsable_api_links_to_what_follows(rows):
    request = APIRequestFactory().get(
        "/api/v1/intervals?period=days&perPage=5", HTTP_ACCEPT="text/html"
    )
    response = Intervals.as_view()(request)
    page = response.render().content.decode()
    assert "cursor=" in page
    assert "period=days" in page


# --- the description


def schema_of(view):
    return SchemaGenerator(patterns=[path("api/v1/intervals", view.as_view())]).get_schema(
        request=None, public=True
    )


def test_the_schema_shows_the_envelope_and_every_parameter(capsys):
    class Writable(Intervals, ListCreateAPIView):
        authentication_classes = ()

    schema = schema_of(Writable)
    validate_schema(schema)
    assert capsys.readouterr().err == ""
    read = schema["paths"]["/api/v1/intervals"]["get"]
    names = {parameter["name"] for parameter in read["parameters"]}
    assert names >= {"page", "perPage", "cursor", "ordering", "search", "period", "between_min"}
    listed = schema["components"]["schemas"]["PaginatedIntervalList"]["properties"]
    assert listed["meta"] == {"$ref": "#/components/schemas/PageMeta"}
    assert listed["data"]["items"] == {"$ref": "#/components/schemas/Interval"}
    written = schema["paths"]["/api/v1/intervals"]["post"]["responses"]
    created = written["201"]["content"]["application/json"]["schema"]
    assert created == {"$ref": "#/components/schemas/IntervalEnvelope"}
    assert written["400"] == {"$ref": "#/components/responses/BadRequest"}
    declared = {"201", "400", "401", "403", "406", "409", "413", "415", "429", "default"}
    assert set(written) == declared


def test_an_operation_that_asks_who_calls_shows_both_ways():
    class Closed(Intervals):
        authentication_classes = (SessionAuthentication,)

    schema = schema_of(Closed)
    read = schema["paths"]["/api/v1/intervals"]["get"]
    assert read["security"] == [{"apiKey": []}, {"session": []}]
    assert {"401", "403"} <= set(read["responses"])
    assert set(schema["components"]["securitySchemes"]) == {"apiKey", "session"}
