from typing import Any

import pytest
from django.db import connections
from django.test import Client

from armproject import metrics as page
from armproject.lib.metrics import Latest
from tests.cast import House

TOKEN = "o" * 40


@pytest.fixture
def operator(settings: Any) -> Client:
    settings.ARM_METRICS_TOKEN = TOKEN
    page._latest = Latest(page._read_database)
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {TOKEN}"})


def read(client: Client, **headers: str) -> Any:
    return client.get("/metrics", headers=headers)


def test_the_page_is_not_public(db: None, settings: Any, house: House) -> None:
    for token in ("", "o" * 40, "wrong"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = read(Client(raise_request_exception=False), **headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "UNAUTHENTICATED"
    assert read(house.browser()).status_code == 200  # their own organization's


def test_a_short_token_opens_nothing(db: None, settings: Any) -> None:
    settings.ARM_METRICS_TOKEN = "short"
    assert read(Client(), Authorization="Bearer short").status_code == 401


def test_an_operator_sees_what_all_processes_counted(committed: None, operator: Client) -> None:
    operator.get("/api/health")
    answer = read(operator)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    text = answer.content.decode()
    counted = 'arm_http_requests_total{method="GET",route="/api/health",status="2xx"}'
    assert counted in text
    assert "arm_http_request_duration_seconds_bucket" in text
    assert "arm_database_up 1.0" in text
    assert "arm_database_connections" in text
    assert 'arm_process_resident_bytes{process="' in text


def test_openmetrics_is_told_to_who_asks_for_it(committed: None, operator: Client) -> None:
    answer = read(operator, Accept="application/openmetrics-text; version=1.0.0")
    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.content.endswith(b"# EOF\n")


@pytest.mark.parametrize("accept", ["text/plain;version=x", "*/*", ";;,=", "a" * 5000])
def test_an_odd_accept_is_answered_as_text(db: None, operator: Client, accept: str) -> None:
    answer = read(operator, Accept=accept)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")


def test_a_database_that_is_away_leaves_the_rest(committed: None, operator: Client) -> None:
    usual = connections.settings["default"]["PORT"]
    connections.settings["default"]["PORT"] = 1
    try:
        text = read(operator).content.decode()
    finally:
        connections.settings["default"]["PORT"] = usual
    assert "arm_database_up 0.0" in text
    assert "arm_http_requests_total" in text


def test_a_key_without_the_permission_sees_nothing(house: House) -> None:
    answer = house.api(scopes=["costs.read"]).client.get(
        "/metrics", headers={"Authorization": f"Bearer {house.key(scopes=['costs.read'])}"}
    )
    assert answer.status_code == 403


def test_only_reading_is_answered(db: None, operator: Client) -> None:
    assert operator.post("/metrics").status_code in {403, 405}
