"""A vendor simulator of one's own, and a company that may reach it."""

from collections.abc import Iterator

import pytest

from connectors.simulator import Simulator
from tests.cast import House
from tests.connectors.simulated import allow


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    """Both vendors on a fresh port, so that no breaker remembers another test."""
    with Simulator(7, 3) as running:
        yield running


@pytest.fixture
def reaching(house: House, vendor: Simulator) -> House:
    """The company, allowed to call the simulator."""
    return allow(house, vendor)
