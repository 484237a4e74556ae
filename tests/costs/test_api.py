"""Usage, bills and reports over the API: who may, what comes, what is refused."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from costs.export import safe
from governance.models import AuditEvent
from jobs.models import Job
from tests.cast import House
from tests.costs.conftest import DAY, HOUR, Book, open_book

READ = (
    "/costs/usage",
    "/costs/bills",
    "/costs/summary",
    "/costs/breakdown",
    "/costs/trend",
    "/costs/usage/export",
    "/metrics/usage",
    "/metrics/costs",
)


def data(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def stamp(moment: Any) -> str:
    return moment.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("path", READ)
def test_readers_may_read_and_others_may_not(house: House, path: str) -> None:
    assert house.api("viewer").get(path).status_code == 200
    assert house.api("auditor").get(path).status_code == 403
    assert house.api("owner", scopes=["agents.read"]).get(path).status_code == 403


@pytest.mark.parametrize("path", READ[:4])
def test_figures_of_another_company_are_not_there(book: Book, neighbours: House, path: str) -> None:
    book.usage(book.row(model="acme-secret"))
    book.bills(book.bill("5", model="acme-secret"))
    answer = neighbours.api().get(path)
    assert answer.status_code == 200
    assert b"acme-secret" not in answer.content
    assert book.house.api().get(path).json()["data"] != answer.json()["data"]


def test_amounts_are_exact_strings(book: Book) -> None:
    book.usage(book.row())
    book.bills(book.bill("5.0000000001"))
    (record,) = data(book.house.api().get("/costs/usage"))
    assert record["total_cost"] == "5.0000000001"
    assert record["cost_source"] == "billed"
    (bill,) = data(book.house.api().get("/costs/bills"))
    assert (bill["amount"], bill["unattributed"]) == ("5.0000000001", "0.0000000000")


def test_a_cost_that_is_not_known_is_null(book: Book) -> None:
    book.usage(book.row(model="acme-7b"))
    (record,) = data(book.house.api().get("/costs/usage"))
    assert (record["total_cost"], record["cost_source"]) == (None, "unpriced")


def test_usage_lists_traffic_once_and_an_agents_share_on_demand(book: Book) -> None:
    tree = book.agent("tree")
    book.usage(
        book.row(9, source="agents_api", api_key="k"),
        book.row(9, source="sessions", agent="agent_tree"),
    )
    api = book.house.api()
    assert [row["role"] for row in data(api.get("/costs/usage"))] == ["traffic"]
    (share,) = data(api.get("/costs/usage", agent=tree.pk))
    assert (share["role"], share["agent_name"]) == ("agent_share", "tree")
    assert len(data(api.get("/costs/usage", role="agent_share"))) == 1


def test_usage_is_filtered(book: Book) -> None:
    book.usage(book.row(9), book.row(10, model="acme-7b", project="p"))
    api = book.house.api()
    for query, models in (
        ({"model": "gpt-4o"}, ["gpt-4o"]),
        ({"source": "unpriced"}, ["acme-7b"]),
        ({"project": "p"}, ["acme-7b"]),
        ({"vendor": "anthropic"}, []),
        ({"connection": str(book.connection.pk), "period": "day"}, []),
        ({"end": stamp(book.day + 10 * HOUR)}, ["gpt-4o"]),
        ({"start": stamp(book.day + 10 * HOUR)}, ["acme-7b"]),
        ({"ordering": "starts_at"}, ["gpt-4o", "acme-7b"]),
    ):
        found = [row["model"] for row in data(api.get("/costs/usage", **query))]
        assert found == models, query


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/costs/usage", {"modle": "x"}),
        ("/costs/usage", {"agent": "not-an-id"}),
        ("/costs/usage", {"source": "guessed"}),
        ("/costs/usage/export", {"modle": "x"}),
        ("/costs/summary", {"period": "year"}),
        ("/costs/summary", {"period": "custom"}),
        ("/costs/summary", {"period": "custom", "start": "2026-11-02", "end": "2026-11-01"}),
        ("/costs/summary", {"period": "today", "start": "2026-11-02"}),
        ("/costs/summary", {"until": "now"}),
        ("/costs/breakdown", {"by": "moon"}),
        ("/costs/breakdown", {"limit": "0"}),
        ("/costs/trend", {"every": "minute"}),
    ],
)
def test_what_is_not_understood_is_refused(house: House, path: str, query: dict[str, str]) -> None:
    answer = house.api().get(path, **query)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"]


def test_the_summary_holds_totals_comparison_and_what_has_no_price(book: Book) -> None:
    book.usage(book.row(), book.row(model="acme-7b"))
    book.bills(
        book.bill("5"),
        book.bill("4", start=book.day - DAY),
        book.bill("1", start=book.day - 2 * DAY),
    )
    day = str(book.day.date())
    found = data(book.house.api().get("/costs/summary", period="custom", start=day, end=day))
    (total,) = found["totals"]
    assert (total["cost"], total["former_cost"]) == ("5.0000000000", "4.0000000000")
    assert total["change"] == "0.250000"
    assert total["figures"]["tokens"] == 2_200
    assert total["figures"]["sources"]["billed"] == "5.0000000000"
    assert [part["label"] for part in found["unpriced"]] == ["acme-7b"]
    assert found["period"]["first_day"] == day
    assert [fresh["name"] for fresh in found["freshness"]] == ["OpenAI"]


def test_a_breakdown_names_what_its_limit_left_out(book: Book) -> None:
    book.usage(*(book.row(model=f"gpt-{n}") for n in range(5)))
    day = str(book.day.date())
    query = {"period": "custom", "start": day, "end": day, "by": "model", "limit": 2}
    found = data(book.house.api().get("/costs/breakdown", **query))
    assert (len(found["parts"]), found["omitted"]) == (2, 3)


def test_one_agent_is_divided_by_model_only(book: Book, neighbours: House) -> None:
    tree = book.agent("tree")
    book.usage(book.row(agent="agent_tree"))
    day = str(book.day.date())
    api = book.house.api()
    query = {"period": "custom", "start": day, "end": day, "agent": tree.pk}
    (part,) = data(api.get("/costs/breakdown", by="model", **query))["parts"]
    assert part["label"] == "gpt-4o"
    assert api.get("/costs/breakdown", by="vendor", **query).status_code == 400
    assert neighbours.api().get("/costs/breakdown", by="model", **query).status_code == 400


def test_metrics_divide_by_agent_and_model(book: Book) -> None:
    book.usage(book.row())
    day = str(book.day.date())
    query = {"period": "custom", "start": day, "end": day}
    usage = data(book.house.api().get("/metrics/usage", **query))
    assert usage["totals"][0]["requests"] == 1
    assert [part["label"] for part in usage["by_model"]] == ["gpt-4o"]
    costs = data(book.house.api().get("/metrics/costs", **query))
    assert costs["totals"][0]["cost"] == "0.0035000000"
    assert len(costs["points"]) == 24


def exported(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_usage_leaves_as_csv_and_the_log_says_so(book: Book) -> None:
    book.usage(book.row(9), book.row(10, model='=HYPERLINK("http://evil")', project="@sum"))
    answer = book.house.api("viewer").get("/costs/usage/export", vendor="openai")
    assert answer["Content-Type"].startswith("text/csv")
    newest, oldest = exported(answer)
    assert newest["model"] == '\'=HYPERLINK("http://evil")'
    assert newest["project"] == "'@sum"
    assert (oldest["model"], oldest["total_cost"]) == ("gpt-4o", "0.0035000000")
    with book.house.inside():
        event = AuditEvent.objects.get(action="costs.export")
        assert event.details == {"filters": {"vendor": "openai"}}


def test_an_export_longer_than_a_page_holds_every_row_once(book: Book) -> None:
    book.usage(*(book.row(n % 24, model=f"m{n}") for n in range(2_345)))
    rows = exported(book.house.api().get("/costs/usage/export"))
    assert len({row["model"] for row in rows}) == len(rows) == 2_345


def test_an_export_stays_inside_the_company(book: Book, neighbours: House) -> None:
    book.usage(book.row())
    assert exported(neighbours.api().get("/costs/usage/export")) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_a_sync_is_queued_once(book: Book) -> None:
    api = book.house.api("developer")
    for body in ({}, {"connection": str(book.connection.pk)}):
        answer = api.post("/costs/sync", body)
        assert (answer.status_code, answer.json()["data"]) == (202, {"queued": 1})
    with book.house.inside():
        job = Job.objects.get(kind="costs.sync")
        assert job.args == {"connection": str(book.connection.pk)}
        assert AuditEvent.objects.filter(action="costs.sync").count() == 2


def test_a_sync_is_refused_to_viewers_and_for_foreign_or_silent_connections(
    book: Book, house: House, neighbours: House
) -> None:
    body = {"connection": str(book.connection.pk)}
    assert house.api("viewer").post("/costs/sync", body).status_code == 403
    assert neighbours.api().post("/costs/sync", body).status_code == 400
    silent = open_book(house, "Silent", capabilities=[])
    answer = house.api().post("/costs/sync", {"connection": str(silent.connection.pk)})
    assert answer.status_code == 409
    assert "admin key" in answer.json()["error"]["message"]


def test_dates_are_included_in_every_list_and_report(book: Book) -> None:
    day, api = book.day.date().isoformat(), book.house.api()
    book.usage(book.row(9))
    book.bills(book.bill("5"))
    for path in ("/costs/usage", "/costs/bills"):
        assert len(data(api.get(path, start=day, end=day))) == 1, path
        assert len(data(api.get(path, end=stamp(book.day)))) == 0, path
        for query in ({"start": "2026-11-02", "end": "2026-11-01"}, {"end": "2026-02-30"}):
            assert api.get(path, **query).status_code == 400, query
        assert api.get(path, end="9999-12-31").status_code == 400
    assert (
        "gpt-4o"
        in b"".join(api.get("/costs/usage/export", start=day, end=day).streaming_content).decode()
    )


def test_those_who_pay_add_up_to_the_total(book: Book) -> None:
    owner = book.house.owner
    book.agent("Clerk", cost_center="Finance", environment="production", owner=owner)
    book.agent("Stray")
    book.usage(book.row(agent="agent_Clerk"), book.row(10, agent="agent_Stray"), book.row(11))
    book.bills(book.bill("12"))
    day, api = book.day.date().isoformat(), book.house.api()
    query = {"period": "custom", "start": day, "end": day}
    total = Decimal(data(api.get("/costs/summary", **query))["totals"][0]["cost"])
    assert total == 12
    found = {}
    for by in ("agent", "cost_center", "owner", "environment", "connection"):
        parts = data(api.get("/costs/breakdown", by=by, **query))["parts"]
        assert sum(Decimal(part["cost"]) for part in parts) == total, by
        found[by] = {part["label"] for part in parts}
    assert found["cost_center"] == {"Finance", "Not assigned"}
    assert found["environment"] == {"production", "Not assigned"}
    assert found["owner"] == {owner.email, "Not assigned"}
