"""Hosts on loopback that say exactly what a test wants, and certificates for them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from armproject.lib.http import Client, Reach, RequestFailed
from armproject.lib.http.destination import forbidden
from armproject.lib.http.network import GuardedTransport

PUBLIC = "93.184.215.14"
NOTHING_MORE = Reach()

Script = Callable[[bytes], bytes | Iterable[bytes]]


class Listener:
    """Answers each request on `port` with what `script(request)` returns or yields."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.tls = tls
        self.accepted = 0
        self.requests: list[bytes] = []
        self.hung_up = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.authority = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := _read_request(connection):
                    self.requests.append(request)
                    answer = self.script(request)
                    for piece in [answer] if isinstance(answer, bytes) else answer:
                        connection.sendall(piece)
        except OSError:
            self.hung_up.set()


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def failure(call: Callable[[], object]) -> RequestFailed:
    """Return why the call failed."""
    with pytest.raises(RequestFailed) as caught:
        call()
    return caught.value


def in_turn(*answers):
    """Answer each request with the next answer and stay with the last."""
    waiting = list(answers)

    def script(_request):
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return script


class Certificates:
    """A certificate authority of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._authority = self._sign("ARM test authority", self._key, authority=True)
        pem = self._authority.public_bytes(Encoding.PEM).decode()
        self.trusting = ssl.create_default_context(cadata=pem)

    def server(self, name: str, *, signed: bool = True, expired: bool = False) -> ssl.SSLContext:
        """Return what a server called `name` needs to speak TLS."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(name, key, signer=self._key if signed else key, expired=expired)
        path = self._folder / "server.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(self, name, key, *, signer=None, expired=False, authority=False):
        now = datetime.now(UTC)
        issuer = "ARM test authority" if signer is not key else name
        return (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + timedelta(days=-1 if expired else 1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(signer or key, hashes.SHA256())
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


class Resolver:
    """Answers from a list, one answer a question, and remembers who asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Wire(httpcore2.SyncBackend):
    """Notes each address dialled and leads public ones to a listener on loopback instead."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port
        self.dialled: list[tuple[str, int]] = []

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.dialled.append((host, port))
        if self.port is None:
            raise httpcore2.ConnectError("nobody there")
        return super().connect_tcp("127.0.0.1", self.port, timeout, None, socket_options)


def guarded(url, resolver, wire, reach=NOTHING_MORE, **options) -> Client:
    """Make a client whose name server and sockets the test holds in its hands."""
    transport = GuardedTransport(reach, resolve=resolver, wire=wire, tls=options.pop("tls", None))
    options = {"headers": {}, "attempts": 1, "deadline": 3.0} | options
    return Client(url, reach=reach, transport=transport, **options)


def refusal(calls: Client, path: str = "/") -> RequestFailed:
    """Return why the GET failed; the client is closed."""
    with calls:
        return failure(lambda: calls.get(path))


def is_forbidden(failed: RequestFailed) -> bool:
    return (failed.fault, failed.message) == ("forbidden_host", forbidden().message)
