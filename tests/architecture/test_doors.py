"""Doors ask: they write nothing themselves, so nothing escapes the actions and their record."""

import ast

import pytest

from tests.architecture import APPS, ROOT, name_of

WRITES = {"save", "delete", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
DOORS = [
    path
    for app in APPS
    for pattern in ("admin.py", "admin/*.py", "api/*.py", "tasks.py", "receivers.py", "forms.py")
    for path in sorted((ROOT / app).glob(pattern))
]


@pytest.mark.parametrize("path", DOORS, ids=name_of)
def test_a_door_writes_no_rows(path: object) -> None:
    tree = ast.parse(path.read_text())  # type: ignore[attr-defined]
    calls = [
        f"{node.lineno}: {ast.unparse(node.func)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
    ]
    assert calls == []
