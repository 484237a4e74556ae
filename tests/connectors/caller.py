"""A program that speaks to the simulator as the vendors' documentation says, at a fixed time."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2

from connectors.simulator import Simulator, keys

HOUR = 3_600
DAY = 24 * HOUR
MIDNIGHT = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
NOW = MIDNIGHT + 10 * HOUR + 30 * 60

HEADERS = {
    "openai": {"OpenAI-Beta": "agents=v1"},
    "anthropic": {
        "anthropic-version": "2026-10-21",
        "anthropic-beta": "managed-agents-2026-04-01,analytics-usage-cost-2026-08-24",
    },
}


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Caller:
    """Calls with the demo's keys: the admin key for an organization's endpoints, else the other.

    A parameter whose name ends with two underscores is sent with brackets, as the SDKs send lists.
    """

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.http = httpx2.Client(timeout=20, trust_env=False)

    def ask(
        self,
        vendor: str,
        path: str,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        method: str = "GET",
        body: Any = None,
        **params: Any,
    ) -> httpx2.Response:
        """Ask once; given headers stand in the place of those that the vendor wants."""
        base = self.simulator.openai_url if vendor == "openai" else self.simulator.anthropic_url
        sent = {"authorization": f"Bearer {key or _key(vendor, path)}"}
        sent |= HEADERS[vendor] if headers is None else headers
        named = {name.replace("__", "[]"): value for name, value in params.items()}
        return self.http.request(method, base + path, params=named, headers=sent, json=body)

    def get(self, vendor: str, path: str, **params: Any) -> Any:
        """Return the body of one answer, which must be a good one."""
        response = self.ask(vendor, path, **params)
        assert response.status_code == 200, response.text
        return json.loads(response.text, parse_float=Decimal)

    def post(self, vendor: str, path: str, body: Any = None) -> Any:
        """Change something and return the body of the answer, which must be a good one."""
        return self.get(vendor, path, method="POST", body=body)

    def rows(self, vendor: str, path: str, **params: Any) -> list[Any]:
        """Return the rows of all pages."""
        rows: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(vendor, path, **params, **cursor)
            rows += page["data"]
            if page.get("next_page"):
                cursor = {"page": page["next_page"]}
            elif page.get("has_more"):
                cursor = {"after" if vendor == "openai" else "after_id": page["last_id"]}
            else:
                return rows

    def control(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """Turn one of the simulator's switches."""
        url = f"{self.simulator.url}/_control{path}"
        response = self.http.request(method, url, json=body if method == "POST" else None)
        assert response.status_code == 200, response.text
        return response.json()


def _key(vendor: str, path: str) -> str:
    if vendor == "openai":
        return keys.OPENAI_ADMIN if path.startswith("/organization") else keys.OPENAI_RUNTIME
    is_admin = path.startswith("/v1/organizations")
    return keys.ANTHROPIC_ADMIN if is_admin else keys.ANTHROPIC_RUNTIME
