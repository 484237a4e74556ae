"""What is wrong with which field, flat: `{"tags.0.name": ["This field is required."]}`."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from rest_framework.settings import api_settings

from armproject.lib.rest.body import INVALID, Failure


def invalid(problems: Mapping[str, list[str]]) -> Failure:
    """Return the answer to input that breaks rules, with all that is wrong at once."""
    return Failure(400, INVALID, _sentence(problems), {"fields": dict(problems)})


def serializer_problems(detail: Any) -> dict[str, list[str]]:
    """Return the problems a serializer found, nested paths joined by dots."""
    problems: dict[str, list[str]] = {}
    for path, message in _walk(detail, ()):
        problems.setdefault(path or _whole(), []).append(message)
    return problems


def model_problems(error: ValidationError) -> dict[str, list[str]]:
    """Return the problems a model's validation found."""
    if not hasattr(error, "error_dict"):
        return {_whole(): [str(message) for message in error.messages]}
    return {
        _whole() if name == NON_FIELD_ERRORS else name: [str(message) for message in messages]
        for name, messages in error.message_dict.items()
    }


def _whole() -> str:
    """Return the name under which problems of no single field stand."""
    return str(api_settings.NON_FIELD_ERRORS_KEY)


def _walk(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _walk(inner, (*path, str(name)))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from _walk(inner, (*path, str(index)) if nested else path)
    else:
        yield ".".join(path), str(detail)


def _sentence(problems: Mapping[str, list[str]]) -> str:
    if len(problems) != 1:
        return f"{len(problems)} fields are not right; details.fields says why."
    ((name, messages),) = problems.items()
    message = messages[0] if messages else "This is not right."
    return message if name == _whole() else f"{name}: {message}"
