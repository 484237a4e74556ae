"""Every connector ARM ships can be loaded and is complete."""

from pathlib import Path

import pytest

from armproject.lib.errors import NotFound
from armproject.lib.http import Reach
from connectors import kinds as kinds_package
from connectors import registry
from connectors.base import Connector, Support, Target, Verb

VERBS = [name for name in vars(Connector) if not name.startswith("_") and name != "close"]


def test_every_file_in_kinds_is_registered() -> None:
    files = {path.stem for path in Path(next(iter(kinds_package.__path__))).glob("[!_]*.py")}
    assert files == set(registry.kinds())


@pytest.mark.parametrize("kind", registry.kinds())
def test_a_kind_loads_and_has_every_verb(kind: str) -> None:
    made = registry.load(kind)
    assert made.kind == kind
    assert made.label
    assert [verb for verb in VERBS if not hasattr(made, verb)] == []


@pytest.mark.parametrize("kind", registry.kinds())
def test_a_kind_has_its_tests(kind: str) -> None:
    assert Path(__file__).with_name(f"test_{kind}.py").exists()


@pytest.mark.parametrize("kind", registry.kinds())
def test_without_credentials_a_kind_still_says_what_it_could_do(kind: str) -> None:
    made = registry.load(kind)
    with made(Target(made.default_base_url, {}, {}, Reach())) as connector:
        capabilities = connector.capabilities()
    assert [capability.verb for capability in capabilities] == list(Verb)
    assert all(capability.reason for capability in capabilities)
    natives = {each.verb for each in capabilities if each.support is Support.NATIVE}
    assert natives <= {Verb.TEST}


def test_an_unknown_kind_is_not_found() -> None:
    with pytest.raises(NotFound, match="openai"):
        registry.load("abacus")
