"""Whatever anybody sends to any operation, the answer is what the description says."""

import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from schemathesis import Case

from tests.fuzz import knowing_calls, moving_calls, odd  # noqa: F401 - calls join the others
from tests.fuzz.callers import CALLERS, in_shifts
from tests.fuzz.calls import GOOD, good_case
from tests.fuzz.description import JSON, Description, complaints, envelope_problems
from tests.fuzz.estate import Estate
from tests.fuzz.server import send, send_raw, taken_back
from tests.fuzz.trying import described, odd_addresses, some, spoilt

OWNER = "owner"
# Other names of calls that the description shows under one name only.
ALIASES = {"/api/v1/alerts": {"POST"}, "/api/v1/alerts/{id}": {"PATCH", "DELETE"}}
# Somebody may still come through with these: they are left aside where nothing is signed.
NOT_REFUSED = ("nothing",)
# Events are taken as a bare list, too, each judged by itself.
LISTS = {("POST /api/v1/telemetry/events", "list")}


def test_every_operation_that_is_called_well_is_in_the_description(
    description: Description,
) -> None:
    assert set(GOOD) - set(description.operations) == set()
    assert len(description.operations) >= 150


@pytest.mark.parametrize("caller", CALLERS)
def test_every_operation_answers_everybody_as_it_is_described(
    estate: Estate, description: Description, caller: str
) -> None:
    """A caller makes the call that works for the owner, and others that should and should not."""
    wrong, reached, count = [], set(), 0
    for label, case, answer in conversations(estate, description, caller):
        count += 1
        if answer.status_code < 300 and case.method.lower() == case.operation.method:
            reached.add(label)
        wrong += [f"{label}: {what} {case!r:.600}" for what in complaints(case, answer)]
    of = len(description.operations)
    sys.stdout.write(f"{caller}: {count:,} calls; {len(reached)} of {of} operations worked\n")
    assert not wrong, said(wrong)
    if caller == OWNER:
        assert set(description.operations) - reached == set()


def conversations(
    estate: Estate, description: Description, caller: str
) -> Iterator[tuple[str, Case, Any]]:
    operations = enumerate(description.operations.items())
    for (number, (label, operation)), headers in in_shifts(estate, caller, operations):
        with taken_back():
            case = good_case(label, operation, estate)
            if caller != OWNER:
                case.headers.pop("Authorization", None)
            yield label, case, send(case, {**headers, **case.headers})
        turn = number + CALLERS.index(caller)
        most = 5 if caller == OWNER else int(turn % 3 == 0)
        for case in described(description, label, estate, most, turn):
            with taken_back():
                yield label, case, send(case, headers)


def test_no_odd_value_where_a_call_works_is_our_defect(
    estate: Estate, description: Description
) -> None:
    wrong = []
    operations = enumerate(description.operations.items())
    for (turn, (label, operation)), headers in in_shifts(estate, OWNER, operations):
        with taken_back():
            right = good_case(label, operation, estate)
            mine = {**headers, **right.headers}
            for case in spoilt(right, turn):
                with taken_back():
                    answer = send(case, mine)
                found = complaints(case, answer)
                wrong += [f"{label}: {what} {case.body!r:.300}" for what in found]
            for path, query in odd_addresses(right, turn):
                with taken_back():
                    answer = send_raw(operation.method.upper(), path, mine, query=query)
                found = complaints(right, answer) if answer.status_code < 404 else ()
                wrong += [f"{label}: {what} {path:.200} {query:.200}" for what in found]
                wrong += [f"{label}: {path:.200} {query:.200}"] * (answer.status_code >= 500)
    assert not wrong, said(wrong)


def test_no_document_that_is_not_an_object_of_json_is_taken(
    estate: Estate, description: Description
) -> None:
    wrong = []
    taking = enumerate(each for each in description.operations.items() if each[1].body)
    for (turn, (label, operation)), headers in in_shifts(estate, OWNER, taking):
        with taken_back():
            right = good_case(label, operation, estate)
            path = operation.path.format(**right.path_parameters)
            for name in some(list(odd.BODIES), 3, turn):
                body, extra = odd.BODIES[name]
                mine = {**headers, **right.headers, "Content-Type": JSON, **extra}
                with taken_back():
                    answer = send_raw(operation.method.upper(), path, mine, body=body)
                wrong += [f"{label}: {name}: {what}" for what in complaints(right, answer)]
                is_meant = name in NOT_REFUSED or (label, name) in LISTS
                if answer.status_code < 400 and not is_meant:
                    wrong.append(f"{label}: {name} was taken: {answer.text[:200]}")
    assert not wrong, said(wrong)


def test_calls_that_take_no_body_answer_the_same_whatever_comes_along(
    estate: Estate, description: Description
) -> None:
    """They have no field that could be misread, so a body is neither read nor refused."""
    wrong = []
    silent = enumerate(each for each in description.operations.items() if not each[1].body)
    for (turn, (label, operation)), headers in in_shifts(estate, OWNER, silent):
        with taken_back():
            right = good_case(label, operation, estate)
            path = operation.path.format(**right.path_parameters)
            with taken_back():
                usual = send_raw(operation.method.upper(), path, headers)
            for name in some(list(odd.BODIES), 1, turn):
                body, extra = odd.BODIES[name]
                mine = {**headers, "Content-Type": JSON, **extra}
                with taken_back():
                    answer = send_raw(operation.method.upper(), path, mine, body=body)
                if answer.status_code != usual.status_code:
                    wrong.append(f"{label}: {name}: {answer.status_code}, {usual.status_code}")
    assert not wrong, said(wrong)


def test_answers_come_in_the_form_that_is_accepted_or_are_refused(
    estate: Estate, description: Description
) -> None:
    wrong = []
    operations = enumerate(description.operations.items())
    for (turn, (label, operation)), headers in in_shifts(estate, OWNER, operations):
        with taken_back():
            right = good_case(label, operation, estate)
            for accept in some((*odd.ACCEPTED, *odd.NOT_ACCEPTED), 1, turn):
                mine = {**headers, **right.headers, "Accept": accept}
                with taken_back():
                    answer = send(right, mine)
                if answer.status_code >= 500 or (accept in odd.ACCEPTED) != (
                    answer.status_code < 300
                ):
                    wrong.append(f"{label}: {accept}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, said(wrong)


def test_every_path_answers_every_method(estate: Estate, description: Description) -> None:
    """OPTIONS and Allow name what there is; HEAD is GET without a body; others are refused."""
    wrong = []
    paths: dict[str, dict[str, Any]] = {}
    for label, operation in description.operations.items():
        paths.setdefault(operation.path, {})[label.partition(" ")[0]] = operation
    for (turn, (template, operations)), headers in in_shifts(
        estate, OWNER, enumerate(paths.items())
    ):
        label = f"{next(iter(operations))} {template}"
        with taken_back():
            right = good_case(label, next(iter(operations.values())), estate)
            path, query = template.format(**right.path_parameters), urlencode(right.query or {})
            there = {*operations, "OPTIONS", *ALIASES.get(template, ())}
            there |= {"HEAD"} if "GET" in operations else set()
            for method in ("OPTIONS", "HEAD", *some(odd.METHODS, 2, turn)):
                with taken_back():
                    answer = send_raw(method, path, headers, query=query)
                wrong += [f"{method} {path}: {what}" for what in about(method, answer, there)]
    assert not wrong, said(wrong)


def said(wrong: list[str]) -> str:
    """Return what went wrong, fit to be read."""
    return "\n".join(wrong[:50])


def about(method: str, answer: Any, there: set[str]) -> Iterator[str]:
    """Yield what is wrong with the answer of a path that has these methods."""
    status = answer.status_code
    allowed = set(", ".join(answer.headers.get("allow", [])).split(", "))
    if method == "OPTIONS" and (status, allowed) != (200, there):
        yield f"{status}, allowed are {sorted(allowed)}, there are {sorted(there)}"
    elif method == "HEAD" and (status < 400) != ("GET" in there):
        yield f"{status}"
    elif method not in there:
        if status != 405 or not allowed <= there:
            yield f"{status}, allowed are {sorted(allowed)}"
        yield from envelope_problems(answer)
    elif status >= 500:
        yield f"{status}"
