"""A server that knows nothing but an OpenAPI document, and answers whatever that allows.

Bodies are invented from the schemas and stay the same for the same path; lists end after their
second page; what is posted to a path is read back from it. Requests that the document does not
know are refused and kept in `violations`.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CURSORS = {"after", "page", "after_id"}
DEEPEST = 12
ALPHABET = "abcdefgh ABC 0189 äß 漢字 🙂 <b>&\"'\\ {}$%"

# What the types call a string and the documentation calls something narrower.
NARROWER = {
    "amount": "12.345",
    "list_amount": "15.5",
    "currency": "usd",
    "agent_id": "agent_1",
}

MOSTLY = {"completions": "UsageCompletionsResult", "costs": "CostsResult"}


class Inventor:
    """Makes up values that a schema allows."""

    def __init__(self, schemas: dict[str, Any], seed: str, mostly: str = "") -> None:
        self._schemas = schemas
        self._mostly = mostly
        self._random = Random(seed)

    def value(self, schema: dict[str, Any], name: str = "", depth: int = 0) -> Any:
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            shallow = [option for option in options if option.get("type") == "null"]
            chosen = shallow if shallow and depth > DEEPEST else self._likely(options)
            return self.value(self._random.choice(chosen), name, depth + 1)
        make = getattr(self, f"_{schema.get('type', 'anything')}")
        return make(schema, name, depth)

    def _likely(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Prefer what this operation is for: one type stands for the answers of many."""
        wanted = [each for each in options if each.get("$ref", "").endswith(self._mostly)]
        return wanted if self._mostly and wanted and self._random.random() < 0.8 else options

    def _object(self, schema: dict[str, Any], _name: str, depth: int) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        made = {
            key: self.value(each, key, depth + 1)
            for key, each in schema.get("properties", {}).items()
            if key in required or (depth <= DEEPEST and self._random.random() < 0.7)
        }
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and not made:
            made = {self._word(): self.value(extra, "", depth + 1) for _ in range(2)}
        return made

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        length = 0 if depth > DEEPEST else self._random.randint(1, 3)
        return [self.value(schema.get("items", {}), name, depth + 1) for _ in range(length)]

    def _string(self, schema: dict[str, Any], name: str, _depth: int) -> str:
        if schema.get("format") == "date-time":
            return (
                f"2026-{self._random.randint(1, 12):02}-11T09:30:00.{self._random.randint(1, 9)}Z"
            )
        return NARROWER.get(name) or self._word()

    def _integer(self, _schema: dict[str, Any], _name: str, _depth: int) -> int:
        return self._random.randint(0, 2**31)

    def _number(self, _schema: dict[str, Any], _name: str, _depth: int) -> float:
        return self._random.random() * 1000

    def _boolean(self, _schema: dict[str, Any], _name: str, _depth: int) -> bool:
        return self._random.random() < 0.5

    def _null(self, _schema: dict[str, Any], _name: str, _depth: int) -> None:
        return None

    def _anything(self, _schema: dict[str, Any], _name: str, _depth: int) -> Any:
        return self._random.choice([None, True, 3, 1.5, self._word(), [1, "a"], {"key": [None]}])

    def _word(self) -> str:
        return "".join(self._random.choices(ALPHABET, k=self._random.randint(1, 30)))


class SpecServer(ThreadingHTTPServer):
    """Serves one document; `seed` chooses the inventions."""

    daemon_threads = True

    def __init__(self, document: dict[str, Any], seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.document = document
        self.seed = seed
        self.violations: list[str] = []
        self.used: set[str] = set()
        self.posted: dict[str, dict[str, Any]] = {}
        self._routes = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), methods)
            for path, methods in sorted(document["paths"].items(), key=lambda pair: "{" in pair[0])
        ]

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, Any]:
        url = urlsplit(target)
        query = parse_qsl(url.query, keep_blank_values=True)
        operation = self._find(method, url.path)
        complaints = _complaints(operation, query, headers, body) if operation else ["no such path"]
        if complaints or operation is None:
            self.violations += [f"{method} {target}: {complaint}" for complaint in complaints]
            return 404, {"error": {"message": ", ".join(complaints)}}
        self.used.add(operation["operationId"])
        return 200, self._invent(operation, url.path, dict(query), body)

    def _find(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, methods in self._routes:
            if pattern.fullmatch(path):
                found: dict[str, Any] | None = methods.get(method.lower())
                return found
        return None

    def _fields(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        resolved = self.document["components"]["schemas"].get(name, schema)
        fields: dict[str, Any] = resolved.get("properties", {})
        return fields

    def _invent(self, operation: Any, path: str, query: dict[str, str], body: bytes) -> Any:
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        schemas = self.document["components"]["schemas"]
        second = bool(CURSORS & query.keys())
        mostly = MOSTLY.get(operation["operationId"].rpartition(".")[2], "")
        made = Inventor(schemas, f"{self.seed} {path} {second}", mostly).value(schema)
        if made is None:
            return None
        if "data" in made:
            more = {"has_more": not second, "last_id": "cursor", "next_page": "page_2"}
            more |= {"next_page": None} if second else {}
            made |= {key: value for key, value in more.items() if key in schema["properties"]}
            if "last_id" not in made and made["data"] and made["data"][-1].get("id") is None:
                made["data"][-1]["id"] = "entry"  # where nothing else says how to go on
        if body:
            changed = self.posted.setdefault(path, {})
            fields = self._fields(schema)
            changed |= {key: each for key, each in json.loads(body).items() if key in fields}
            if "version" in made:
                changed["version"] = made["version"] + len(self.posted)
        return made | self.posted.get(path, {})


def _complaints(
    operation: Any, query: list[tuple[str, str]], headers: Any, body: bytes
) -> list[str]:
    """Tell how a request differs from what the SDK would send."""
    known = {each["name"]: each.get("schema", {}) for each in operation["parameters"]}
    for name, value in query:
        if name not in known:
            return [f"unknown parameter {name}"]
        if value not in known[name].get("enum", [value]):
            return [f"{value} is no {name}"]
    for each in operation["parameters"]:
        if each["in"] == "header" and headers.get(each["name"]) != each["schema"]["const"]:
            return [f"header {each['name']}: {headers.get(each['name'])}"]
    unknown = set(json.loads(body)) - set(operation["x-parts"]) if body else set()
    return [f"unknown fields {unknown}"] if unknown else []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SpecServer

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def _serve(self, body: bytes) -> None:
        status, answer = self.server.answer(self.command, self.path, self.headers, body)
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Keep the test's output quiet."""


@contextmanager
def serving(document: dict[str, Any], seed: int = 0) -> Iterator[SpecServer]:
    server = SpecServer(document, seed)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
