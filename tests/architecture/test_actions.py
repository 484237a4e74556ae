"""An action module has one public function, named like its file, with a sentence and a result."""

import ast
from pathlib import Path

import pytest

from tests.architecture import APPS, ROOT, name_of

ACTIONS = [
    path
    for app in APPS
    for path in sorted((ROOT / app / "actions").glob("*.py"))
    if path.name != "__init__.py"
]


def functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("path", ACTIONS, ids=name_of)
def test_the_function_has_the_name_of_the_file(path: Path) -> None:
    assert path.stem in [function.name for function in functions(path)]


@pytest.mark.parametrize("path", ACTIONS, ids=name_of)
def test_the_function_says_what_it_does_and_gives(path: Path) -> None:
    action = next(f for f in functions(path) if f.name == path.stem)
    sentence = (ast.get_docstring(action) or "").split("\n")[0]
    assert sentence.endswith("."), sentence
    assert action.returns is not None
