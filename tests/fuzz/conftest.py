"""One company for all these tests, in a database of its own; every call is taken back."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.simulator import Simulator
from tests import database
from tests.fuzz.description import Description
from tests.fuzz.estate import Estate


@pytest.fixture(scope="module")
def estate(django_db_setup: None, django_db_blocker: Any, worker_id: str) -> Iterator[Estate]:
    """Give the module a company at a simulated vendor, whose rows are really there."""
    name = f"{database.own_name(worker_id)}_fuzz"
    with django_db_blocker.unblock(), Simulator(7, 3) as simulator:
        database.clone(name)
        with database.pointing_at(name):
            yield Estate(simulator)
        database.drop(name)


@pytest.fixture(scope="module")
def description(estate: Estate) -> Description:
    return Description()
