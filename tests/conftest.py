"""What every test may ask for: the database, two companies, clients, a simulated vendor."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests import database
from tests.cast import Api, House, make_house

# The same examples in every run, and no clock: a busy machine is no reason to fail.
examples.register_profile(
    "arm", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("arm")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and settings.EMBEDDED_POSTGRES is not None:
        settings.EMBEDDED_POSTGRES.ensure_running()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the drills: they mostly wait, and at the end one worker would wait for them."""
    items.sort(key=lambda item: item.get_closest_marker("drill") is None)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Give this process a database of its own, as the unprivileged role the product uses."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    name = database.own_name(worker)
    with django_db_blocker.unblock():
        database.clone(name)
        with database.pointing_at(name):
            yield
        database.drop(name)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """Give the test a database of its own in which transactions really commit."""
    name = f"{database.own_name(worker_id)}_committed"
    with django_db_blocker.unblock():
        database.clone(name)
        with database.pointing_at(name):
            yield
        database.drop(name)


@pytest.fixture
def house(db: None) -> House:
    return make_house("Acme")


@pytest.fixture
def neighbours(db: None) -> House:
    """Another company, whose rows nobody in `house` may ever see."""
    return make_house("Globex")


@pytest.fixture
def api(house: House) -> Api:
    return house.api()
