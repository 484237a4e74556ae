"""Where a call goes: an address as people wrote it, taken apart by strict rules of our own.

Forms that different parsers read differently are refused, never repaired: digits of other scripts,
numbers for addresses, names and passwords, dots that climb.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlencode

from armproject.lib.http.addresses import Address, may_call, parse_address
from armproject.lib.http.reply import RequestFailed

MAX_URL = 2048
HTTPS_PORT = 443
HTTP_PORT = 80
MAX_PORT = 65535

_CHARACTER = r"[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}"
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    rf"(?P<path>/(?:{_CHARACTER})*)?(?:\?(?P<query>(?:{_CHARACTER}|\?)*))?",
    re.ASCII | re.IGNORECASE,
)
_TARGET = re.compile(rf"(?:{_CHARACTER})*")
_NAME = re.compile(r"(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
_INWARD_NAME = re.compile(
    r"(?:.*\.)?(?:localhost|local|localdomain|internal|intranet|private|lan|home|corp|home\.arpa)"
)


def forbidden() -> RequestFailed:
    """Return the one error for every forbidden destination, so that nobody maps a network by it."""
    return RequestFailed(
        "forbidden_host",
        "ARM may not call this address. It calls public https hosts on port 443"
        " and the hosts your organization allows.",
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """How far calls may go beyond the public https Internet.

    `allowed` names single hosts as "host:port" ("[::1]:8080" for v6): there http, other ports and
    private addresses are fine. `denied` are networks in CIDR form that stay closed to everyone.
    """

    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()

    def opens(self, host: str, port: int) -> bool:
        """Tell whether this very host and port is allowed by name."""
        return f"{host}:{port}" in {entry.lower() for entry in self.allowed}

    def admits(self, address: Address, host: str, port: int) -> bool:
        """Tell whether calls to that host may connect to this address."""
        return may_call(address, opened=self.opens(host, port), denied=self.denied)


@dataclass(frozen=True, slots=True)
class Destination:
    """A base URL in parts; `host` is lower-case, with brackets around a v6 address."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @classmethod
    def parse(cls, url: str, reach: Reach) -> Self:
        """Return the parts of a base URL that ARM may call.

        Looks at the text alone and asks no name server. Raises RequestFailed("forbidden_host").
        """
        match = _URL.fullmatch(url) if len(url) <= MAX_URL else None
        if match is None:
            raise forbidden()
        scheme, host = match["scheme"].lower(), match["host"].lower()
        port = int(match["port"] or (HTTPS_PORT if scheme == "https" else HTTP_PORT))
        if not _may_name(scheme, host, port, reach) or _climbs(match["path"] or ""):
            raise forbidden()
        return cls(scheme, host, port, match["path"] or "", match["query"] or "")

    @property
    def authority(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        usual = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a stored credential is bound to."""
        return f"{self.scheme}://{self.authority}"

    def url(self, path: str, params: Sequence[tuple[str, str]] = ()) -> str:
        """Return the URL of a path below this one; ids inside `path` must come quoted.

        The base's own query goes first, then `params`. Raises RequestFailed: "forbidden_host" for
        a path that is no plain path below the base, "too_large" beyond 2048 characters.
        """
        if not _TARGET.fullmatch(path) or path.startswith("//") or _climbs(path):
            raise forbidden()
        below = self.path
        if path:
            below = f"{self.path.rstrip('/')}/{path.removeprefix('/')}"
        query = "&".join(filter(None, (self.query, urlencode(params))))
        url = f"{self.origin}{below or '/'}{'?' if query else ''}{query}"
        if len(url) > MAX_URL:
            raise RequestFailed("too_large", "The address of the request is too long to send.")
        return url


def _may_name(scheme: str, host: str, port: int, reach: Reach) -> bool:
    """Tell whether a call to this host may be tried, as far as its text shows."""
    if port > MAX_PORT:
        return False
    opened = reach.opens(host, port)
    if not opened and (scheme != "https" or port != HTTPS_PORT):
        return False
    if host.startswith("[") or _NUMBER.fullmatch(host):
        address = parse_address(host.strip("[]"))
        return address is not None and reach.admits(address, host, port)
    if not _NAME.fullmatch(host):
        return False
    return opened or ("." in host and not _INWARD_NAME.fullmatch(host))


def _climbs(path: str) -> bool:
    """Tell whether a server could read the path as leading upwards."""
    segments = unquote(path).replace("\\", "/").split("/")
    return "." in segments or ".." in segments
