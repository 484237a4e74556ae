"""One credential's wire to a vendor: JSON out and in, and every failure a ConnectorError."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any, ClassVar, Self
from urllib.parse import quote

from armproject.lib.http import Client, Reply, RequestFailed
from armproject.lib.metrics import counter, histogram
from armproject.lib.secret import Secret
from connectors import faults
from connectors.base import Capability, ConnectorError, CredentialKind, Support, Target, Verb
from connectors.fields import Row, as_row
from connectors.paging import Fetch, Params

Headers = Mapping[str, str | Secret]
Connect = Callable[..., Client]

SUCCESS = 2

CALLS = counter("vendor_calls_total", "Calls of vendors by outcome.", "vendor", "method", "outcome")
LATENCY = histogram("vendor_call_duration_seconds", "Time vendors took to answer.", "vendor")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor said, and after how long."""

    body: Row
    elapsed_ms: int


class Wire:
    """Speaks through the first client whose way of presenting the credential is accepted."""

    def __init__(self, vendor: str, clients: Sequence[Client]) -> None:
        self._vendor = vendor
        self._clients = list(clients)

    def get(self, path: str, params: Params = (), headers: Headers | None = None) -> Answer:
        return self._read("GET", path, params=params, headers=headers)

    def post(self, path: str, json: Any, headers: Headers | None = None) -> Answer:
        return self._read("POST", path, json=json, headers=headers)

    def act(self, path: str, json: Any = None, headers: Headers | None = None) -> None:
        """Post what changes something; what comes back is not read, it may be nothing."""
        self._ask("POST", path, json=json, headers=headers)

    def pages(self, path: str, headers: Headers | None = None) -> Fetch:
        """Return what reads a page of this list."""
        return lambda params: self.get(path, params, headers).body

    def _read(self, method: str, path: str, **request: Any) -> Answer:
        reply = self._ask(method, path, **request)
        try:
            return Answer(as_row(reply.json()), reply.elapsed_ms)
        except RequestFailed as failure:
            raise faults.of_failure(failure, self._vendor) from None

    def _ask(self, method: str, path: str, **request: Any) -> Reply:
        began = perf_counter()
        try:
            reply = self._reply(method, path, **request)
        except RequestFailed as failure:
            self._count(method, failure.fault, began)
            raise faults.of_failure(failure, self._vendor) from None
        self._count(method, f"{reply.status // 100}xx", began)
        if reply.status // 100 != SUCCESS:
            raise faults.of_reply(reply, self._vendor)
        return reply

    def _count(self, method: str, outcome: str, began: float) -> None:
        CALLS.labels(self._vendor, method, outcome).inc()
        LATENCY.labels(self._vendor).observe(perf_counter() - began)

    def _reply(self, method: str, path: str, **request: Any) -> Reply:
        first, *others = self._clients
        reply = first.request(method, path, **request)
        for other in others:
            if reply.status != HTTPStatus.UNAUTHORIZED:
                break
            second = other.request(method, path, **request)
            if second.status != HTTPStatus.UNAUTHORIZED:
                self._clients = [other]
                return second
        return reply


class Wired:
    """What connectors share: one wire for each credential, opened when first needed.

    `offers` are the vendor's capabilities, the best of each verb first.
    """

    label: ClassVar[str]
    default_base_url: ClassVar[str]
    offers: ClassVar[Sequence[Capability]]

    def __init__(self, target: Target, client: Connect = Client) -> None:
        self._target = target
        self._connect = client
        self._wires: dict[CredentialKind, Wire] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        self._wires.clear()
        self._open.close()

    def capabilities(self) -> tuple[Capability, ...]:
        return tuple(self._offer(verb) for verb in Verb)

    def _offer(self, verb: Verb) -> Capability:
        """Return the best offer that the credentials at hand allow."""
        offers = [offer for offer in self.offers if offer.verb is verb]
        for offer in offers:
            if offer.credential is None or self.has(offer.credential):
                return offer
        needed = offers[0].credential
        why = f"Needs {a(needed)} key, which this connection does not have." if needed else ""
        return Capability(verb, Support.NONE, needed, why)

    def has(self, kind: CredentialKind) -> bool:
        return bool(self._target.credentials.get(kind))

    def wire(self, kind: CredentialKind) -> Wire:
        """Return the wire of this credential; without the credential it cannot be asked for."""
        secret = self._target.credentials.get(kind)
        if not secret:
            raise ConnectorError(
                f"This needs {a(kind)} key of {self.label}, and the connection has none.",
                fault="credentials",
                permanent=True,
            )
        if kind not in self._wires:
            self._wires[kind] = Wire(self.label, list(self._clients(kind, secret)))
        return self._wires[kind]

    def _clients(self, kind: CredentialKind, secret: Secret) -> Iterator[Client]:
        base_url = self._target.base_url or self.default_base_url
        for headers in self._ways_in(secret):
            client = self._connect(
                base_url, headers=headers, reach=self._target.reach, lane=f"{base_url} {kind}"
            )
            yield self._open.enter_context(client)

    def _ways_in(self, secret: Secret) -> Sequence[Headers]:
        """Return the headers to present the credential with, the likeliest first."""
        raise NotImplementedError


def a(kind: CredentialKind) -> str:
    return "an admin" if kind is CredentialKind.ADMIN else "a runtime"


def at(template: str, *ids: str) -> str:
    """Return a path with these ids in it, each one segment whatever it contains."""
    if any(each.strip(".") == "" for each in ids):
        raise ConnectorError("There is no such thing.", fault="not_found", permanent=True)
    return template.format(*(quote(each, safe="") for each in ids))


def bearer(secret: Secret) -> Secret:
    return Secret(f"Bearer {secret.reveal()}")
