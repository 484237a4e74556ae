"""A company that enters secrets everywhere, at a vendor and a receiver that give them back."""

import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from django.db import transaction
from drf_spectacular.generators import SchemaGenerator

from accounts.models import Membership
from connectors.models import Connection
from governance.actions.raise_alert import raise_alert
from governance.models import Channel
from jobs.actions.run_job import run_job
from jobs.models import Job
from tests.cast import House
from tests.isolation.routes import Route, all_routes
from tests.lib.loopback import Listener
from tests.security.canary import Canaries

PASSWORD_INPUT = re.compile(r"<input[^>]*type=\"password\"[^>]*>")
NAME = re.compile(r"name=\"([^\"]+)\"")
TOO_LONG = 3_000
VECTOR = {"object": "embedding", "index": 0, "embedding": [0.25] * 8}
USED = {"prompt_tokens": 1, "total_tokens": 1}
EMBEDDED = {"object": "list", "data": [VECTOR], "model": "m", "usage": USED}


class Echo:
    """Answers every request with what was asked, headers and all, in the way of its mood.

    In the mood "hang" it begins its answer and never ends it.
    """

    def __init__(self) -> None:
        self.mood = "refuse"
        self.closed = threading.Event()
        self.listener = Listener(self.answer)
        self.url = f"http://{self.listener.authority}"

    def close(self) -> None:
        self.closed.set()
        self.listener.close()

    def answer(self, request: bytes) -> bytes | Iterator[bytes]:
        told = request.decode("latin-1")
        if self.mood == "hang":
            return self._hang(told)
        status, body = {
            "refuse": ("401 Unauthorized", {"error": {"message": f"Wrong key: {told}"}}),
            "forbid": ("403 Forbidden", {"error": {"message": told, "type": told[:400]}}),
            "bad": ("400 Bad Request", {"message": told, "detail": {"given": told}}),
            "fail": ("500 Internal Server Error", {"error": told}),
            "accept": ("200 OK", {"object": "list", "data": [], "note": told}),
            "garbled": ("200 OK", f"{told} {{"),
            "embed": ("200 OK", {**EMBEDDED, "note": told}),
        }[self.mood]
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
        return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content

    def _hang(self, told: str) -> Iterator[bytes]:
        yield f"HTTP/1.1 200 {told[:20]}\r\nx-told: ".encode() + told.encode().hex().encode()
        while not self.closed.wait(0.2):
            yield b"0"


def write_only() -> dict[tuple[str, str], set[str]]:
    """Return, of each endpoint of the API's description, the inputs it never gives back."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found: dict[tuple[str, str], set[str]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            shape = content.get("application/json", {}).get("schema", {})
            name = shape.get("$ref", "").rsplit("/", 1)[-1]
            shape = schema["components"]["schemas"].get(name, shape)
            secret = {
                field
                for field, prop in shape.get("properties", {}).items()
                if prop.get("writeOnly") or prop.get("format") == "password"
            }
            if secret:
                found[(method, path)] = secret
    return found


class Scene:
    """The house, its canaries, and everything that was answered to them."""

    def __init__(self, house: House) -> None:
        self.house, self.canaries, self.echo = house, Canaries(), Echo()
        house.open_hosts(self.echo.listener.authority)
        self.answers: list[str] = []
        self.reached: set[tuple[str, str, str]] = set()
        self.api = house.api()
        self.browser = house.browser()
        self.browser.raise_request_exception = False

    def close(self) -> None:
        self.echo.close()

    def ask(self, method: str, path: str, body: Any, *, at: str = "") -> Any:
        """Call the API and keep the answer; `at` is the path as the description spells it."""
        with transaction.atomic():
            answer = self.api.call(method, path, body)
        self.keep(answer)
        if at and answer.status_code < 300:
            self.reached |= {(method, at, name) for name in body}
        return answer

    def keep(self, answer: Any) -> None:
        self.answers.append(text_of(answer))

    # --- what goes in, and well

    def connect(self) -> None:
        """Connect, change and rotate at a vendor in every mood."""
        new = self.canaries.new
        for mood in ("accept", "refuse", "forbid", "bad", "fail", "garbled"):
            self.echo.mood = mood
            for vendor in ("openai", "anthropic"):
                where = f"{vendor} {mood}"
                body = {
                    "name": where,
                    "vendor": vendor,
                    "base_url": self.echo.url,
                    "admin_key": new(f"{where} admin"),
                    "runtime_key": new(f"{where} runtime"),
                }
                self.ask("post", "/connections", body, at="/api/v1/connections")
                self.ask("post", "/connections", body)  # the name is taken now
        with self.house.inside():
            rows = list(Connection.objects.values_list("pk", "vendor"))
        for mood in ("accept", "refuse", "garbled"):
            self.echo.mood = mood
            for pk, _ in rows:
                self._change(f"{pk} {mood}", pk)

    def _change(self, where: str, pk: Any) -> None:
        new, here = self.canaries.new, f"/connections/{pk}"
        spelt = "/api/v1/connections/{id}"
        keys = {"admin_key": new(f"{where} admin"), "runtime_key": new(f"{where} runtime")}
        self.ask("patch", here, keys, at=spelt)
        given = {"credential": "runtime", "key": new(f"{where} rotated")}
        self.ask("post", f"{here}/rotate", given, at=f"{spelt}/rotate")
        self.ask("post", f"{here}/test", {})

    def subscriptions(self) -> None:
        """Subscribe an address that holds a token, move it, and let it be tried."""
        new, echo = self.canaries.new, self.echo.url
        body = {
            "name": "News",
            "address": new("subscriber", echo + "/in/{}"),
            "topics": ["agent.paused"],
        }
        made = self.ask("post", "/subscriptions", body, at="/api/v1/subscriptions")
        assert made.status_code == 201, made.content
        pk = made.json()["data"]["id"]
        changed = {"address": new("subscriber moved", echo + "/in/{}")}
        self.ask("patch", f"/subscriptions/{pk}", changed, at="/api/v1/subscriptions/{id}")
        self.ask("post", f"/subscriptions/{pk}/test", {})

    def channels(self) -> None:
        """Add, change and try channels, and let messages be refused until they are given up."""
        new = self.canaries.new
        body = {
            "name": "Hook",
            "kind": "webhook",
            "is_default": True,
            "target": new("hook target", self.echo.url + "/in/{}"),
            "signing_secret": new("hook signing", "whsec_{}"),
        }
        made = self.ask("post", "/channels", body, at="/api/v1/channels")
        assert made.status_code == 201, made.content
        self.ask("post", "/channels", body)
        for kind in ("slack", "teams", "discord", "pagerduty"):
            given = {"name": kind, "kind": kind, "target": new(f"{kind} target", "https://x/{}")}
            self.ask("post", "/channels", given)
        pk = made.json()["data"]["id"]
        changed = {
            "target": new("hook moved", self.echo.url + "/in/{}"),
            "signing_secret": new("hook signing anew", "whsec_{}"),
        }
        self.ask("patch", f"/channels/{pk}", changed, at="/api/v1/channels/{id}")
        for mood in ("refuse", "fail", "garbled"):
            self.echo.mood = mood
            self.ask("post", f"/channels/{pk}/test", {})
        with self.house.inside():
            subject = Channel.objects.get(pk=pk)
            raise_alert("trouble", subject, name="Trouble", message="It is refused.")

    def give_up(self) -> None:
        """Run every job until it is done or given up."""
        self.echo.mood = "refuse"
        for _ in range(30):
            with self.house.inside():
                Job.objects.filter(state="pending").update(state="queued")
                waiting = list(Job.objects.filter(state="queued").values_list("pk", flat=True))
            if not waiting:
                return
            for pk in waiting:
                with suppress(Exception):
                    run_job(pk, self.house.organization.pk)

    # --- what goes in, and badly

    def malform(self) -> None:
        """Send every secret input in every wrong form, and documents that cannot be read."""
        for (method, path), names in write_only().items():
            here = path.removeprefix("/api/v1").replace("{id}", str(self.house.organization.pk))
            for name in names:
                mark = self.canaries.new(f"{method} {path} {name}, malformed")
                for wrong in ([mark], {mark: mark}, f"{mark}\n", f"{mark}\0", mark * 100, 7):
                    self.ask(method, here, {name: wrong, mark: mark})
                self._unreadable(here, mark)

    def _unreadable(self, path: str, mark: str) -> None:
        for text in (f'{{"key": "{mark}"', f'{{"key": "{mark}", "key": 1}}', mark, f"key={mark}"):
            answer = self.api.client.post(
                f"/api/v1{path}", text, content_type="application/json", headers=self.api.headers
            )
            self.keep(answer)

    def knock(self) -> None:
        """Come with wrong keys and passwords, in headers, queries and forms."""
        mark = self.canaries.new("a wrong API key")
        for headers in (
            {"Authorization": f"Bearer arm_sk_live_0123456789ab_{mark}"},
            {"Authorization": f"Basic {mark}"},
            {"X-Api-Key": mark, "Cookie": f"arm-session={mark}"},
        ):
            self.keep(self.api.client.get("/api/v1/agents", headers=headers))
        self.keep(
            self.api.client.get(f"/api/v1/agents?api_key={quoted(mark)}", headers=self.api.headers)
        )
        form = {"username": "owner@acme.example", "password": self.canaries.new("a password")}
        self.keep(self.house.api().client.post("/studio/login/", form))

    def fill_in_forms(self) -> None:
        """Type a canary into every password field of every page of the Studio."""
        for route, path in self.pages():
            page = text_of(self.browser.get(path))
            fields = [NAME.search(field) for field in PASSWORD_INPUT.findall(page)]
            typed = {
                found[1]: self.canaries.new(f"{route.pattern} {found[1]}")
                for found in fields
                if found
            }
            if typed:
                self.keep(self.browser.post(path, {**typed, "name": "Typed", "kind": "webhook"}))
                self.reached |= {("form", route.pattern, name) for name in typed}

    # --- where things can come out

    def pages(self) -> list[tuple[Route, str]]:
        """Return the pages of the Studio and the API that read, with rows of each kind."""
        found = []
        for route in all_routes():
            if "logout" in route.pattern or "GET" not in route.methods:
                continue
            found += [(route, path) for path in self._paths(route)]
        return found

    def _paths(self, route: Route) -> list[str]:
        named = [model for model in route.models.values() if hasattr(model, "objects")]
        if not named:
            return [route.path({})]
        with self.house.inside():
            rows = [getattr(row, "pk", None) for row in _some(named[0])]
        extra = {"vendor": "openai", "kind": "runtime"}
        return [route.path({**dict.fromkeys(route.models, pk), **extra}) for pk in rows]


def text_of(answer: Any) -> str:
    """Return an answer's body and headers as text, exports too, unpacked where they are packed."""
    content = b"".join(answer) if answer.streaming else answer.content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(map(packed.read, packed.namelist()))
    return f"{content.decode(errors='replace')} {dict(answer.headers)}"


def quoted(text: str) -> str:
    return quote(text, safe="")


def _some(model: Any) -> list[Any]:
    """Return the first and the newest rows of a kind."""
    if model is Membership:
        return list(model.objects.all()[:1])
    rows = list(model.objects.order_by("pk")[:40])
    return rows[:2] + rows[-2:]
