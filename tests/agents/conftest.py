"""A company connected to a vendor simulator of its own."""

from collections.abc import Iterator

import pytest

from connectors.models import Connection
from connectors.simulator import Simulator
from tests.agents.estate import allow, connect
from tests.cast import House


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    """Both vendors on a fresh port, so that no breaker remembers another test."""
    with Simulator(7, 3) as running:
        yield running


@pytest.fixture
def openai(house: House, vendor: Simulator) -> Connection:
    """The company's connection to OpenAI, as the simulator plays it."""
    allow(house, vendor)
    return connect(house, vendor)
