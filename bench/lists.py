"""The agents' list and its page in the Studio, small and large, beside a plain DRF list."""

import json
import os
import statistics
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from bench.estate import EMAIL, PASSWORD, Estate, estate, server
from bench.load import Connection, Result, measure
from bench.rows import Row

SMALL = 10_000


def run(*, quick: bool) -> list[Row]:
    """Measure in rounds, one variant after the other, and keep the median of each."""
    large = 200_000 if quick else 1_000_000
    rounds, seconds = (3, 1.0) if quick else (5, 2.0)
    small_estate, large_estate = estate(SMALL), estate(large)
    with server(small_estate) as small, server(large_estate) as big:
        fields = _fields(big, large_estate)
        os.environ["ARM_BENCH_FIELDS"] = ",".join(fields)
        with server(large_estate, "bench.plain:application") as plain:
            lists = _lists(
                (small, big, plain), small_estate, large_estate, rounds=rounds, seconds=seconds
            )
        pages = _pages(small, big, rounds, seconds)
    return [*lists, *pages]


def _fields(port: int, of: Estate) -> list[str]:
    """Return the fields our list shows, so that the reference shows the same."""
    body = json.loads(Connection(port, "/api/v1/agents", _program(of)).ask())
    model_fields = {
        "id", "name", "vendor", "vendor_agent_id", "type", "status", "model", "description",
        "environment", "cost_center", "discovered_via", "confidence", "health", "health_score",
        "health_checked_at", "last_active_at", "created_at", "updated_at", "paused_at",
        "vanished_at", "last_error",
    }  # fmt: skip
    return sorted(model_fields & set(body["data"][0]))


def _program(of: Estate) -> dict[str, str]:
    return {"Authorization": f"Bearer {of.key}", "Accept": "application/json"}


def _lists(
    ports: tuple[int, int, int], few: Estate, many: Estate, *, rounds: int, seconds: float
) -> list[Row]:
    small, big, plain = ports
    shown: dict[str, list[Result]] = {"small": [], "large": [], "plain": []}
    asked = {
        "small": (small, "/api/v1/agents", _program(few)),
        "large": (big, "/api/v1/agents", _program(many)),
        "plain": (plain, "/agents", _program(many)),
    }
    for _ in range(rounds):
        for name, (port, path, headers) in asked.items():
            shown[name].append(measure(port, path, headers, seconds=seconds, connections=4))
    against = _ratio(shown["large"], shown["plain"])
    growth = _ratio(shown["small"], shown["large"])
    return [
        Row(f"list, {few.number:,} agents", _median(shown["small"]), "req/s"),
        Row(f"list, {many.number:,} agents", _median(shown["large"]), "req/s"),
        Row(f"plain DRF list, {many.number:,} agents", _median(shown["plain"]), "req/s"),
        Row("list against plain DRF", against, "times", bar=10),
        Row("list, large against small", growth, "times", bar=1.3, at_most=True),
    ]


def _pages(small: int, big: int, rounds: int, seconds: float) -> list[Row]:
    path = "/studio/agents/agent/"
    cookies = {"small": (small, _signed_in(small)), "large": (big, _signed_in(big))}
    shown: dict[str, list[Result]] = {"small": [], "large": []}
    for _ in range(rounds):
        for name, (port, cookie) in cookies.items():
            headers = {"Cookie": cookie}
            shown[name].append(measure(port, path, headers, seconds=seconds, connections=2))
    growth = _ratio(shown["small"], shown["large"])
    return [
        Row("Studio list, small", statistics.median(r.median_ms for r in shown["small"]), "ms"),
        Row("Studio list, large", statistics.median(r.median_ms for r in shown["large"]), "ms"),
        Row("Studio list, large against small", growth, "times", bar=1.3, at_most=True),
    ]


def _signed_in(port: int) -> str:
    """Sign in as a person would and return the cookies."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    address = f"http://127.0.0.1:{port}/studio/login/"
    browser.open(address).close()
    token = next(cookie.value for cookie in jar if "csrf" in cookie.name)
    form = {"username": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/"}
    browser.addheaders = [("Referer", address)]
    browser.open(address, urlencode(form).encode()).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _median(results: list[Result]) -> float:
    return statistics.median(result.per_second for result in results)


def _ratio(above: list[Result], below: list[Result]) -> float:
    """Return the median of the rounds' ratios of requests a second."""
    pairs = zip(above, below, strict=True)
    return statistics.median(a.per_second / b.per_second for a, b in pairs)
