"""An exception as text for logs: where it was, what it was, and no value it carried by accident."""

import traceback
from collections.abc import Iterator

from armproject.lib.scrub import printable
from armproject.lib.sqlstate import database_fault

DEEPEST = 8
FRAMES = 40


def describe(error: BaseException) -> str:
    """Return the type and text of an exception on one line; the database's texts hold data."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    fault = database_fault(error)
    text = str(fault) if fault else printable(_text(error), 500)
    return f"{name}: {text}" if text else name


def traceback_text(error: BaseException) -> str:
    """Return the exception and what caused it, oldest first, without the values of variables."""
    return "\n".join(_lines(error))


def _lines(error: BaseException) -> Iterator[str]:
    for one in reversed(list(_chain(error))):
        for frame in traceback.extract_tb(one.__traceback__)[-FRAMES:]:
            yield f"{frame.filename}:{frame.lineno} in {frame.name}"
        yield describe(one)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < DEEPEST:
        seen.add(id(current))
        yield current
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a broken __str__ must not hide the error it describes
        return "(its text cannot be made)"
