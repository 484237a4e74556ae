"""The API describes itself: completely, and without a single warning."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


def test_the_schema_is_valid_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(request=None, public=True)
        messages = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert messages == []
    validate_schema(schema)
    assert len(schema["paths"]) > 10


def test_no_path_ends_with_a_slash() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert [path for path in schema["paths"] if path.endswith("/")] == []
