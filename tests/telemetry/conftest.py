"""Spans go in by one of two ways, which nobody may be able to tell apart."""

from typing import Any

import pytest

WAYS = {"copy": 1, "insert": 0}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, settings: Any) -> str:
    """Take the spans of every batch in by COPY, or none."""
    settings.ARM_COPY_FROM = WAYS[request.param]
    return str(request.param)
