"""No way in shows, changes or admits another organization's rows, with either wall switched off."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, models

from accounts.models import ScopedManager
from tests import database
from tests.isolation.judge import Judge
from tests.isolation.routes import all_routes, undeclared
from tests.isolation.world import World


@pytest.fixture
def without_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `objects` return every row, so that only the database stands between tenants."""
    monkeypatch.setattr(ScopedManager, "get_queryset", models.Manager.get_queryset)


@pytest.fixture
def without_second_wall() -> Iterator[None]:
    """Log in as a role that row-level security does not bind."""
    settings: dict[str, Any] = connections["default"].settings_dict
    user = settings["USER"]
    connections["default"].close()
    settings["USER"] = database.superuser()["user"]
    yield
    connections["default"].close()
    settings["USER"] = user


def test_every_parameter_names_a_known_row() -> None:
    assert undeclared() == []


def test_both_walls_hold(committed: None) -> None:
    assert Judge(World()).findings(all_routes()) == []


def test_the_database_holds_alone(committed: None, without_first_wall: None) -> None:
    assert Judge(World()).findings(all_routes()) == []


def test_the_application_holds_alone(committed: None, without_second_wall: None) -> None:
    assert Judge(World()).findings(all_routes()) == []
