"""What tests of telemetry share: a house whose agents were at work, and both ways in for spans."""

from typing import Any

import pytest

from telemetry.actions.claim_sources import claim_sources
from tests.cast import Api, House
from tests.telemetry.senders import work

# Nobody may be able to tell these apart.
WAYS = {"copy": 1, "insert": 0}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, settings: Any) -> str:
    """Take the spans of every batch in by COPY, or none."""
    settings.ARM_COPY_FROM = WAYS[request.param]
    return str(request.param)


@pytest.fixture
def busy(house: House, api: Api) -> House:
    """Return a house where one agent succeeds thrice and another fails once."""
    for _ in range(3):
        work("steady").send(api)
    work("shaky", error="It broke.").send(api)
    with house.inside():
        claim_sources()
    return house
