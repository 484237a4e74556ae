"""Tries every route with foreign ids; says where a foreign row showed, changed or was admitted."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.test import Client

from armproject.lib import context
from armproject.lib.context import Context
from tests.cast import House
from tests.isolation.routes import Route
from tests.isolation.world import World

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NOISE = re.compile(
    r'(name="csrfmiddlewaretoken" value="[^"]*")|("csrfToken":"[^"]*")|(request_?id[^,}]*)',
    re.IGNORECASE,
)
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
MARK = "CANARY-FOREIGN"
SAFE = ("GET", "HEAD")
WRITING = ("POST", "PUT", "PATCH")
# Answers that change by themselves: what calls were made, and when.
TELLING = {
    "api/v1/audit",
    "api/v1/audit/export",
    "api/v1/audit/status",
    "api/v1/api-keys",
    "api/v1/auth/api-keys",
    "api/auth/api-keys",
    "api/v1/members",
}


class Judge:
    """Speaks as our owner, by browser and by key, and compares foreign ids with ids of nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.program = Client(raise_request_exception=False)

    def findings(self, routes: Iterable[Route]) -> list[str]:
        """Return a sentence for every leak; none means that the fence holds.

        What we are told is noted while we are alone; then the others move in and use the same
        pages first, so that whatever is kept between calls is theirs.
        """
        routes = list(routes)
        self._speak_as(self.world.ours)
        alone = self._all_plain_answers(routes)
        self.world.settle_foreign()
        cache.clear()
        self._speak_as(self.world.foreign)
        self._all_plain_answers(routes)
        self.world.before = self.world.digest()
        self._speak_as(self.world.ours)
        found = [
            f"GET {pattern} tells us something else now that others are here."
            for pattern, answer in self._all_plain_answers(routes).items()
            if answer != alone[pattern]
        ]
        found += [finding for route in routes for finding in self._of(route)]
        if self.world.digest() != self.world.before:
            found.append("Foreign rows were changed by some call.")
        return found

    def _speak_as(self, house: House) -> None:
        self.key = house.key()
        self.browser = house.browser()
        self.browser.raise_request_exception = False

    def _all_plain_answers(self, routes: list[Route]) -> dict[str, str]:
        """Return what every plain call of the API tells us, without ids and times."""
        plain = [r for r in routes if r.door == "api" and "GET" in r.methods and not r.models]
        answers = {r.pattern: self._call(r, "GET", r.path({})) for r in plain}
        return {
            pattern: TIMES.sub("TIME", UUIDS.sub("ID", NOISE.sub("", _text(answer))))
            for pattern, answer in answers.items()
            if "json" in answer.headers.get("Content-Type", "")
            and pattern.replace("^", "").replace("$", "") not in TELLING
        }

    def _of(self, route: Route) -> Iterator[str]:
        for method in route.methods:
            if route.models:
                yield from self._with_foreign_id(route, method)
            elif method in SAFE:
                yield from self._plain(route, method)
            elif route.door == "studio" and route.actions:
                yield from self._with_foreign_selection(route)
            for name in route.filters if method in SAFE and not route.models else ():
                yield from self._compare(route, method, {}, f"?{name}=", {})
            for name in route.uuid_fields if method in WRITING else ():
                yield from self._with_foreign_body(route, method, name)

    def _plain(self, route: Route, method: str) -> Iterator[str]:
        for search in ("", f"?search={MARK}", f"?q={MARK}"):
            answer = self._call(route, method, route.path({}) + search)
            yield from self._marks(route, method, answer, "a plain call")

    def _with_foreign_id(self, route: Route, method: str) -> Iterator[str]:
        foreign = {n: self.world.foreign_id(m) for n, m in route.models.items() if m is not None}
        if None in foreign.values() or not foreign:
            return
        yield from self._compare(route, method, foreign, "", {})

    def _with_foreign_selection(self, route: Route) -> Iterator[str]:
        """Run each bulk action of a list on a foreign row."""
        for action in route.actions:
            for row in self.world.rows["foreign"].values():
                body = {"action": action, "_selected_action": str(row.pk), "index": "0"}
                answer = self._call(route, "POST", route.path({}), body)
                yield from self._marks(route, "POST", answer, f"the action {action}")

    def _with_foreign_body(self, route: Route, method: str, name: str) -> Iterator[str]:
        """Name each foreign row in the body of a call about our own."""
        ours = {n: self.world.our_id(m) for n, m in route.models.items() if m is not None}
        for row in self.world.rows["foreign"].values():
            yield from self._compare(route, method, ours, "", {name: str(row.pk)})

    def _compare(
        self, route: Route, method: str, ids: dict[str, Any], query: str, body: dict[str, str]
    ) -> Iterator[str]:
        """Call with the foreign ids and with ids of nothing: the answers must not differ."""
        nothing = str(uuid4())
        targets = [r.pk for r in self.world.rows["foreign"].values()] if query else [None]
        for target in targets:
            path = route.path(ids) + (f"{query}{target}" if query else "")
            answer = self._call(route, method, path, body)
            yield from self._marks(route, method, answer, f"{path} {body}")
            empty_ids = ids if body else dict.fromkeys(ids, nothing)
            empty_path = route.path(empty_ids) + (f"{query}{nothing}" if query else "")
            control = self._call(route, method, empty_path, dict.fromkeys(body, nothing))
            if _shape(answer) != _shape(control):
                yield (
                    f"{method} {route.pattern} tells a foreign row from no row: "
                    f"{answer.status_code} and {control.status_code} {query}{list(body)}"
                )

    def _marks(self, route: Route, method: str, answer: Any, how: str) -> Iterator[str]:
        text = _text(answer)
        if MARK in text.replace(f"search={MARK}", "").replace(f'value="{MARK}"', ""):
            where = re.findall(rf"{MARK}-[\w-]+", text)
            if where:
                yield f"{method} {route.pattern} shows foreign rows ({where[0]}) for {how}."
        if answer.status_code >= 500:
            yield f"{method} {route.pattern} fails with {answer.status_code} for {how}."

    def _call(self, route: Route, method: str, path: str, body: Any = None) -> Any:
        with context.use(Context()):
            if route.door == "studio":
                data = {"post": "yes", **(body or {})} if method == "POST" else None
                call = getattr(self.browser, method.lower())
                return call(path, data) if data is not None else call(path)
            return self.program.generic(
                method,
                path,
                json.dumps(body or {}) if method not in SAFE else "",
                content_type="application/json",
                headers={"Authorization": f"Bearer {self.key}"},
            )


def _text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    location = answer.headers.get("Location", "")
    return content.decode(errors="replace") + location


def _shape(answer: Any) -> tuple[int, str]:
    """Return what of an answer must not depend on whether a foreign row exists."""
    text = UUIDS.sub("ID", NOISE.sub("", _text(answer) if not answer.streaming else ""))
    if "text/html" in answer.headers.get("Content-Type", ""):
        return answer.status_code, ""  # pages differ by messages and tokens; the marks are searched
    return answer.status_code, text
