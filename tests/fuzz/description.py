"""The API's description as the server publishes it, and how answers are held to it."""

from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as spec

from tests.fuzz.server import served, taken_back

JSON = "application/json"
CHECKS = [
    spec.content_type_conformance,
    spec.response_headers_conformance,
    spec.response_schema_conformance,
]


class Description:
    """Every operation the server publishes, by its label: "GET /api/v1/agents"."""

    def __init__(self) -> None:
        with taken_back():
            self.schema: Any = schemathesis.openapi.from_wsgi("/api/schema?format=json", served)
        self.operations = {each.ok().label: each.ok() for each in self.schema.get_all_operations()}
        self._cases: dict[str, list[Case]] = {}

    def cases(self, label: str) -> list[Case]:
        """Return what an operation allows and forbids, value by value, the same in every run."""
        if label not in self._cases:
            operation = self.operations[label]
            config = self.schema.config.generation_for(operation=operation)
            self._cases[label] = list(
                self.schema.iter_coverage_cases(
                    operation, generation_modes=list(GenerationMode), generation_config=config
                )
            )
        return self._cases[label]


def complaints(case: Case, answer: Any, method: str = "") -> Iterator[str]:
    """Yield a sentence for everything about an answer that the description does not say."""
    status, declared = answer.status_code, case.operation.responses.status_codes
    is_described = (method or case.method).lower() == case.operation.method
    if status >= 500:
        yield f"{status}, our own defect: {answer.text[:300]}"
    elif is_described and str(status) not in declared:
        yield f"{status} is not declared: {answer.text[:300]}"
    if status >= 400 and (method or case.method) != "HEAD":
        yield from envelope_problems(answer)
    if is_described:
        yield from _against_schema(case, answer)


def _against_schema(case: Case, answer: Any) -> Iterator[str]:
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{answer.status_code}, {failure.title}: {failure.message[:500]}"


def envelope_problems(answer: Any) -> Iterator[str]:
    """Yield what keeps a refusal from being ARM's envelope, with a sentence for people."""
    if answer.headers.get("content-type") != [JSON]:
        yield f"{answer.status_code} is not JSON but {answer.headers.get('content-type')}"
        return
    body = answer.json()
    error = body.get("error", {})
    if set(body) != {"success", "error"} or body["success"] is not False:
        yield f"{answer.status_code} is not in the envelope: {answer.text[:200]}"
    elif set(error) != {"code", "message", "details"} or not isinstance(error["details"], dict):
        yield f"{answer.status_code} is not a whole error: {answer.text[:200]}"
    elif not error["message"].endswith((".", "?", "!", "…")):
        yield f"{answer.status_code} does not end its sentence: {error['message'][:200]}"
