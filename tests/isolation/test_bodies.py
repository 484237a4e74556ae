"""No route that takes a body leaves a field of it unread: typos and rights are told by name."""

import json
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.accounts.people import session
from tests.cast import House
from tests.isolation.routes import Route, all_routes
from tests.isolation.world import fill

WRITING = ("POST", "PUT", "PATCH", "DELETE")
# Agents of any age report here; what newer ones say beyond is left aside, not refused. Each event
# of a batch is judged by itself.
LENIENT = ("heartbeat", "telemetry/events")
# Nobody sets these for themselves, and a misspelt word is not a word.
NOT_TO_SET = ("organization", "organization_id", "is_operator", "is_superuser", "user_id", "scope")


def takers() -> list[tuple[str, Route]]:
    """Return every route and method of the API whose description says that it takes a body."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    bodies = {
        (path.replace("{id}", "{pk}"), method.upper())
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict) and "requestBody" in operation
    }
    return [
        (method, route)
        for route in all_routes()
        for method in route.methods
        if method in WRITING
        and route.door == "api"
        and not any(word in route.pattern for word in LENIENT)
        and (route.path({name: f"{{{name}}}" for name in route.models}), method) in bodies
    ]


def test_routes_that_take_a_body_are_found() -> None:
    assert len(takers()) > 10


@pytest.mark.parametrize("field", NOT_TO_SET)
def test_what_nobody_reads_is_refused_by_name(house: House, field: str) -> None:
    rows = {"accounts.Organization": house.organization, **fill(house, "OURS")}
    program, person = house.api(), session(house.owner.email)
    silent = []
    for method, route in takers():
        ids = {name: rows[model._meta.label].pk for name, model in route.models.items()}
        api = person if "/auth/" in route.pattern else program  # keys have no account
        answer = api.client.generic(
            method,
            route.path(ids),
            json.dumps({field: "owner"}),
            content_type="application/json",
            headers=api.headers,
        )
        told: Any = answer.json().get("error", {}).get("details", {}).get("fields", {})
        if answer.status_code != 400 or field not in told:
            silent.append(f"{method} {route.pattern}: {answer.status_code} {answer.content!r}")
    assert silent == []
