"""With what an operation is tried: a little of everything, or all of it in a long run."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.fuzz import odd
from tests.fuzz.description import Description
from tests.fuzz.estate import Estate

# With ARM_FUZZ=200 all that is described is tried, and so many generated calls of each kind more.
LONG = int(os.environ.get("ARM_FUZZ", "0"))
T = TypeVar("T")


def some(found: Sequence[T], most: int, turn: int = 0) -> Sequence[T]:
    """Return all of them in a long run, else a few, spread evenly; another turn, others."""
    if LONG or len(found) <= most:
        return found
    if most == 0:
        return ()
    step = len(found) / most
    return [found[int((n + turn % 10 / 10) * step)] for n in range(most)]


def described(
    description: Description, label: str, estate: Estate, most: int, turn: int
) -> Iterator[Case]:
    """Yield what the description allows and forbids, mostly about rows that are there."""
    operation = description.operations[label]
    known = {"id": _row(operation.path, estate)} if "{id}" in operation.path else {}
    for number, case in enumerate(some(description.cases(label), most, turn)):
        if number % 4 != 3:
            case.path_parameters = {**case.path_parameters, **known}
        yield case
    for mode in GenerationMode if LONG else ():
        yield from _generated(operation, mode, known)


def _row(path: str, estate: Estate) -> str:
    return "1" if "sessions" in path else estate.row_of(path)


def _generated(operation: Any, mode: GenerationMode, known: dict[str, str]) -> list[Case]:
    """Return generated calls, the same in every run."""
    found: list[Case] = []

    @examples(
        max_examples=LONG,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode, path_parameters=known))
    def keep(case: Case) -> None:
        found.append(case)

    with suppress(Unsatisfiable):  # nothing can be wrong where there is nothing to say
        keep()
    return found


def spoilt(case: Case, turn: int) -> Iterator[Case]:
    """Yield a call that works with one field of its body after the other made odd."""
    body = case.body if isinstance(case.body, dict) else {}
    for number, name in enumerate(body):
        for value in some(odd.VALUES, 1, turn + number):
            yield case.operation.Case(
                path_parameters=case.path_parameters,
                headers=case.headers,
                body={**body, name: value},
                media_type=case.media_type,
            )


def odd_addresses(case: Case, turn: int) -> Iterator[tuple[str, str]]:
    """Yield paths and queries of this call with one parameter after the other made odd."""
    here = case.operation.path.format(**case.path_parameters)
    for number, each in enumerate(case.operation.query):
        for text in some(odd.TEXTS, 1, turn + number):
            yield here, f"{quote(each.name)}={text}"
    for number, name in enumerate(case.path_parameters):
        for text in some(odd.TEXTS, 1, turn + number):
            yield case.operation.path.format(**{**case.path_parameters, name: text}), ""
