"""A call to the simulator, its answer, and the table that brings the two together."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.simulator.changes import Json

BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
CONFLICT = 409
OK = 200
ACCEPTED = 202


class Refused(Exception):
    """The vendor says no. `code` is a word of the vendor's own."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param


@dataclass(slots=True)
class Answer:
    """What goes back: JSON, or nothing at all."""

    body: Json | None
    status: int = OK


@dataclass(slots=True)
class Call:
    """One request, taken apart. `now` is the same moment for everything it reads."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: Json
    now: int
    path_args: dict[str, str] = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        return next((value for key, value in self.query if key == name), None)

    def many(self, name: str) -> list[str]:
        """Read an array. Both spellings, `name[]=a` and `name=a`, are understood."""
        return [value for key, value in self.query if key in {name, f"{name}[]"}]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.one(name)
        if text is None:
            return default
        if not re.fullmatch(r"\d{1,12}", text) or not least <= int(text) <= most:
            message = f"{name}: must be an integer between {least} and {most}"
            raise Refused(BAD_REQUEST, message, code="invalid_value", param=name)
        return int(text)

    def choice(self, name: str, default: str, allowed: Iterable[str]) -> str:
        value = self.one(name) or default
        self.check(name, [value], allowed)
        return value

    def check(self, name: str, values: Iterable[str], allowed: Iterable[str]) -> None:
        known = tuple(allowed)
        for value in values:
            if value not in known:
                message = f"{name}: {value!r} is not one of {', '.join(known)}"
                raise Refused(BAD_REQUEST, message, code="invalid_value", param=name)

    def flag(self, name: str) -> bool:
        return self.one(name) == "true"

    def without(self, *names: str) -> "Call":
        query = [(key, value) for key, value in self.query if key not in names]
        return Call(self.method, self.path, query, self.headers, self.body, self.now)


Handler = Callable[[Any, Call], Json | Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: which credential and scope it wants, which beta header, which parameters."""

    method: str
    path: str
    scope: str
    betas: tuple[str, ...] = ()
    params: tuple[str, ...] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", self.path))


def route(
    method: str,
    path: str,
    *,
    scope: str,
    betas: tuple[str, ...] = (),
    params: tuple[str, ...] | None = None,
) -> Callable[[Handler], Handler]:
    """Mark a method as the handler of an endpoint. `params` None means: anything goes."""

    def mark(handler: Handler) -> Handler:
        vars(handler)["route"] = Route(method, path, scope, betas, params)
        return handler

    return mark


@dataclass(frozen=True, slots=True)
class Bound:
    """A route with the object that answers it."""

    route: Route
    pattern: re.Pattern[str]
    handler: Callable[[Call], Json | Answer]


def table(parts: Iterable[object]) -> list[Bound]:
    """Every marked method of the parts, fixed paths before those with holes."""
    found = [
        Bound(handler.route, handler.route.pattern, handler.__get__(part))
        for part in parts
        for handler in vars(type(part)).values()
        if hasattr(handler, "route")
    ]
    return sorted(found, key=lambda bound: [part[:1] == "{" for part in _parts(bound)])


def find(routes: Iterable[Bound], call: Call) -> Bound | None:
    for bound in routes:
        match = bound.pattern.fullmatch(call.path)
        if match and bound.route.method == call.method:
            call.path_args = match.groupdict()
            return bound
    return None


def check_params(bound: Bound, call: Call) -> None:
    """Refuse parameters that the endpoint does not document."""
    allowed = bound.route.params
    if allowed is None:
        return
    for name, _ in call.query:
        if name.partition("[")[0] not in allowed and name not in allowed:
            message = f"Unknown parameter: '{name}'."
            raise Refused(BAD_REQUEST, message, code="unknown_parameter", param=name)


def _parts(bound: Bound) -> list[str]:
    return bound.route.path.split("/")
