"""What no description allows: odd values, documents that are none, headers that ask too much."""

import gzip
from typing import Any

# Values for a field of a body, whatever the field is.
VALUES: tuple[Any, ...] = (
    None,
    "",
    "x" * 5_000,
    [],
    {},
    True,
    -1,
    2**63 - 1,
    1e308,
    "\u202e\U0001f600\t\x7f",
    "NaN",
    [[[[[[]]]]]],
    {"": {"$ref": "#/", "__proto__": {"a": 1}}},
    "9999-12-31T23:59:59+14:00",
    "0001-01-01",
    "00000000-0000-0000-0000-000000000000",
    ["x"] * 2_000,
    0,
)

# Values for a parameter of a query or a path, as they are sent.
TEXTS = (
    "",
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "x" * 3_000,
    "-1",
    "9" * 40,
    "%D9%A1%D9%A2",
    "1e9",
    "null",
    "%2e%2e%2f",
    "%27%22%3C%25",
    "infinity",
    "0001-01-01",
    "9999-12-31T23:59:59%2B14:00",
    "2026-02-30",
    "00000000-0000-0000-0000-000000000000",
)

# Bodies that are not JSON of ours, each with the headers it comes with and the answers to it.
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "nothing": (b"", {}),
    "half": (b'{"name": ', {}),
    "null": (b"null", {}),
    "list": (b"[{}]", {}),
    "text": (b'"name"', {}),
    "NUL": (rb'{"name": "\u0000"}', {}),
    "half a pair": (rb'{"name": "\ud800"}', {}),
    "not a number": (b'{"name": NaN}', {}),
    "too large a number": (b'{"name": 1e400}', {}),
    "too long a number": (b'{"name": 12345678901234567890}', {}),
    "same key twice": (b'{"name": "a", "name": "b"}', {}),
    "deep": (b'{"a":' * 65 + b"1" + b"}" * 65, {}),
    "wide": (b'{"a":[' + b",".join([b"0"] * 100_001) + b"]}", {}),
    "long key": (b'{"%s": 1}' % (b"k" * 300), {}),
    "byte order mark": (b"\xef\xbb\xbf{}", {}),
    "UTF-16": ('{"name": "a"}'.encode("utf-16"), {}),
    "latin": (b'{"name": "\xe4"}', {}),
    "compressed": (gzip.compress(b'{"name": "a"}'), {"Content-Encoding": "gzip"}),
    "a form": (b"name=a", {"Content-Type": "application/x-www-form-urlencoded"}),
    "parts": (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}),
    "no type": (b'{"name": "a"}', {"Content-Type": ""}),
    "odd type": (b"<name/>", {"Content-Type": "text/xml; charset=\xe4"}),
    "unknown field": (b'{"no_such_field": 1}', {}),
}

# What may be asked for in Accept, and whether there is such an answer.
ACCEPTED = ("*/*", "application/json", "application/*;q=0.1", "text/html")
NOT_ACCEPTED = ("application/xml", "image/png;q=1")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "PROPFIND", "X" * 40)
