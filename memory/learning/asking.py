"""Asking a model that speaks OpenAI's dialect, in a shape it has to answer in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from json import dumps
from typing import Any

from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from memory.endpoint import speaking
from memory.learning.answers import Unreadable, parse
from memory.learning.prompts import Question

LONGEST_ANSWER = 4_000
DEADLINE = 60.0


@dataclass(frozen=True, slots=True)
class Model:
    """Where a model answers; `key` is sent, never told."""

    base_url: str
    name: str
    key: Secret | None = field(repr=False)
    reach: Reach = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered, and what it took; `told` is None where it cannot be read."""

    told: Mapping[str, Any] | None
    input_tokens: int
    output_tokens: int


def ask(model: Model, question: Question, *, deadline: float = DEADLINE) -> Answer:
    """Return the model's answer; raises EndpointFailed where there is none.

    An answer that cannot be read was paid for all the same, so it is no error here.
    """
    with speaking(model.base_url, model.key, reach=model.reach, deadline=deadline) as endpoint:
        given = _asked(endpoint, model.name, question)
    usage = given.usage
    return Answer(
        _told(given),
        int(usage.prompt_tokens or 0) if usage else 0,
        int(usage.completion_tokens or 0) if usage else 0,
    )


def _asked(endpoint: Any, model: str, question: Question) -> Any:
    """Ask in a strict shape; who does not know of those is told the shape in words."""
    from openai import BadRequestError  # noqa: PLC0415 - slow, seldom needed

    strict = {"name": question.purpose, "schema": question.schema, "strict": True}
    try:
        return _complete(
            endpoint, model, question.system, question, type="json_schema", json_schema=strict
        )
    except BadRequestError:
        system = f"{question.system}\nAnswer with JSON of this schema: {dumps(question.schema)}"
        return _complete(endpoint, model, system, question, type="json_object")


def _complete(endpoint: Any, model: str, system: str, question: Question, **shape: Any) -> Any:
    return endpoint.chat.completions.create(
        model=model,
        messages=[
            {"role": "system", "content": system},
            {"role": "user", "content": question.user},
        ],
        response_format=shape,
        max_completion_tokens=LONGEST_ANSWER,
    )


def _told(given: Any) -> Mapping[str, Any] | None:
    try:
        return parse(given.choices[0].message.content or "")
    except (Unreadable, IndexError, AttributeError, TypeError):
        return None
