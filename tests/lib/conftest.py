"""What the tests of the library share: hosts on loopback and clients to call them."""

import ssl

import httpx2
import pytest

from armproject.lib.http import Client, Reach
from tests.lib.loopback import Certificates, Listener, Script


@pytest.fixture
def listen():
    """Start listeners that end with the test."""
    started = []

    def start(script: Script, tls: ssl.SSLContext | None = None) -> Listener:
        started.append(Listener(script, tls))
        return started[-1]

    yield start
    for listener in started:
        listener.close()


@pytest.fixture
def answer():
    """Build the bytes of an HTTP answer."""

    def build(body: bytes = b"{}", status: int = 200, **headers: str) -> bytes:
        lines = [f"HTTP/1.1 {status} Answer", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body

    return build


@pytest.fixture
def connect():
    """Make a client of a listener, or of a function that answers in its place."""
    made = []

    def build(to, path="", **options) -> Client:
        if callable(to):
            url, reach = "https://vendor.example.com", Reach()
            options["transport"] = httpx2.MockTransport(to)
        else:
            url, reach = f"http://{to.authority}", Reach(frozenset({to.authority}))
        made.append(Client(url + path, reach=reach, **({"headers": {}} | options)))
        return made[-1]

    yield build
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Certificates, good and bad, of an authority that `certificates.trusting` trusts."""
    return Certificates(tmp_path_factory.mktemp("certificates"))
