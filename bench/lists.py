"""The agents' list and its page in the Studio, small and large, beside a plain DRF list."""

import json
import statistics
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from agents.models import Agent
from bench.estate import EMAIL, PASSWORD, Estate, estate
from bench.load import Connection, Result, measure
from bench.rows import Row, say
from bench.server import serving

SMALL, QUICK, LARGE = 10_000, 200_000, 1_000_000
LIST, PAGE = "/api/v1/agents", "/studio/agents/agent/"
# Words that a quarter of the agents have each, and almost none together.
WORST = "/api/v1/agents?search=support+west&ordering=name"
LARGER, FASTER, SOONER = 1.3, 10.0, 2.0

# What is asked: a port, a path, headers, over how many connections.
Asked = dict[str, tuple[int, str, dict[str, str], int]]
Shown = dict[str, list[Result]]


def run(*, quick: bool) -> list[Row]:
    """Measure in rounds, one variant after the other, and compare the variants of each round."""
    few, many = estate(SMALL), estate(QUICK if quick else LARGE)
    rounds, seconds = (5, 0.6) if quick else (9, 2.0)
    with serving(few) as small, serving(many) as large:
        fields = {"ARM_BENCH_FIELDS": ",".join(_fields(large, many))}
        with serving(many, "bench.plain:application", fields) as plain:
            shown = _rounds(
                {
                    "small": (small, LIST, program(few), 8),
                    "large": (large, LIST, program(many), 8),
                    "plain": (plain, "/agents", program(many), 8),
                    "small page": (small, PAGE, person(small), 2),
                    "large page": (large, PAGE, person(large), 2),
                },
                rounds,
                seconds,
            )
            # Apart, because they push out of memory what the lists above read.
            searched = _rounds(
                {
                    "search": (large, WORST, program(many), 1),
                    "plain search": (plain, "/agents?search=support+west", program(many), 1),
                },
                rounds,
                seconds,
            )
    return [*_lists(shown, few, many), *_searches(searched, many), *_pages(shown, few, many)]


def _rounds(asked: Asked, rounds: int, seconds: float) -> Shown:
    shown: Shown = {name: [] for name in asked}
    for number in range(rounds):
        say(f"lists: round {number + 1} of {rounds}")
        for name, (port, path, headers, connections) in asked.items():
            found = measure(port, path, headers, seconds=seconds, connections=connections)
            shown[name].append(found)
    return shown


def _fields(port: int, of: Estate) -> list[str]:
    """Return the columns our list shows, so that the reference shows the same."""
    body = json.loads(Connection(port, LIST, program(of)).ask())
    known = {field.name for field in Agent._meta.fields} | {"owner_name"}
    if more := set(body["data"][0]) - known:
        raise RuntimeError(f"The reference does not know {', '.join(sorted(more))}.")
    return sorted(body["data"][0])


def _lists(shown: Shown, few: Estate, many: Estate) -> list[Row]:
    return [
        Row(f"list, {few.number:,} agents", _median(shown["small"]), "req/s"),
        Row(f"list, {many.number:,} agents", _median(shown["large"]), "req/s"),
        Row(f"plain DRF cursor list, {many.number:,} agents", _median(shown["plain"]), "req/s"),
        Row(
            "list, requests/s against plain DRF",
            _ratio(shown["large"], shown["plain"]),
            "times",
            bar=FASTER,
        ),
        Row(
            "list, cost of large against small",
            _ratio(shown["small"], shown["large"]),
            "times",
            bar=LARGER,
            at_most=True,
        ),
    ]


def _searches(shown: Shown, many: Estate) -> list[Row]:
    """Compare with the search of a plain list: each word anywhere in the name."""
    ours, plain = shown["search"], shown["plain search"]
    median = statistics.median(result.median_ms for result in ours)
    return [
        Row(f"search for two common words, {many.number:,} agents", median, "ms"),
        Row(
            "search, requests/s against plain DRF",
            _ratio(ours, plain),
            "times",
            bar=SOONER,
        ),
    ]


def _pages(shown: Shown, few: Estate, many: Estate) -> list[Row]:
    small, large = shown["small page"], shown["large page"]
    return [
        Row(f"Studio list, {few.number:,} agents", _median(small), "req/s"),
        Row(f"Studio list, {many.number:,} agents", _median(large), "req/s"),
        Row(
            "Studio list, cost of large against small",
            _ratio(small, large),
            "times",
            bar=LARGER,
            at_most=True,
        ),
    ]


def program(of: Estate) -> dict[str, str]:
    return {"Authorization": f"Bearer {of.key}", "Accept": "application/json"}


def person(port: int) -> dict[str, str]:
    """Sign in as a person would and return the cookies."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    address = f"http://127.0.0.1:{port}/studio/login/"
    browser.open(address).close()
    token = next(cookie.value for cookie in jar if "csrf" in cookie.name) or ""
    form = {"username": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token}
    browser.addheaders = [("Referer", address)]
    browser.open(address, urlencode(form).encode()).close()
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)}


def _median(results: list[Result]) -> float:
    return statistics.median(result.per_second for result in results)


def _ratio(above: list[Result], below: list[Result]) -> float:
    """Return the median of the rounds' ratios of requests a second."""
    pairs = zip(above, below, strict=True)
    return statistics.median(a.per_second / b.per_second for a, b in pairs)
