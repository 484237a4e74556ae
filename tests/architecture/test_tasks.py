"""Whatever is enqueued or scheduled has somebody who does it."""

import ast

from jobs.registry import HANDLERS, SCHEDULES
from tests.architecture import sources


def enqueued() -> set[str]:
    """Return every kind of job that some source asks for by a literal name."""
    return {
        node.args[0].value
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "enqueue"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_enqueued_work_has_a_handler() -> None:
    assert enqueued() <= set(HANDLERS)
    assert enqueued()


def test_scheduled_work_has_a_handler() -> None:
    assert {schedule.kind for schedule in SCHEDULES.values()} <= set(HANDLERS)
    assert SCHEDULES
