"""A memory service outside, over HTTP: put, delete, and list what it holds."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from armproject.lib import context
from armproject.lib.http import Client, Destination, Reply, RequestFailed
from armproject.lib.parsing import parse_foreign_json
from armproject.lib.secret import Secret
from jobs.sinks import NotTaken, Way

PAGE = 500
MOST_PAGES = 10_000
DEADLINE = 10.0
# The service is there and understood, and will not take this one memory, now or later.
REFUSING = frozenset({400, 413, 415, 422})
# It has a newer version already, or none that could be deleted.
DONE_ALREADY = frozenset({404, 409, 410})
OK = range(200, 300)


class Refusal(Exception):
    """The service will never take this memory; the message says what it answered."""


@dataclass(frozen=True, slots=True)
class Held:
    """One memory as the service lists it."""

    id: UUID
    digest: str


class Service(AbstractContextManager["Service"]):
    """One service. Every call raises `NotTaken` where it is right to try again later.

    `PUT memories/{id}` takes a memory, new or changed, under an Idempotency-Key; of a version that
    is older than what it holds it answers 409. `DELETE memories/{id}` takes one out.
    `GET memories?limit&after` lists ids and digests by id.
    """

    def __init__(self, way: Way) -> None:
        address = way.address.reveal()
        authority = Destination.parse(address, way.reach).authority
        key = way.secrets[0].reveal()
        self._client = Client(
            address,
            headers={"Authorization": Secret(f"Bearer {key}")},
            reach=way.reach,
            # Organizations do not share lanes: the address is of their own making.
            lane=f"{context.organization_id()} {authority}",
            deadline=DEADLINE,
            attempts=1,
        )

    def put(self, record: Mapping[str, Any]) -> None:
        """Have a memory kept as it reads now; raises Refusal where it never will be."""
        name = {"Idempotency-Key": f"{record['id']}:{record['digest'][:16]}"}
        reply = self._ask("PUT", f"memories/{record['id']}", json=record, headers=name)
        if reply.status in REFUSING:
            raise Refusal(f"The service answered {reply.status}.")
        self._check(reply, also=frozenset({409}))

    def delete(self, memory_id: UUID) -> None:
        """Have a memory taken out; one that is not there is out."""
        name = {"Idempotency-Key": f"{memory_id}:deleted"}
        self._check(self._ask("DELETE", f"memories/{memory_id}", headers=name), also=DONE_ALREADY)

    def pages(self) -> Iterator[list[Held]]:
        """Yield what the service holds, page by page in the order of ids."""
        after = ""
        for _ in range(MOST_PAGES):
            params = [("limit", str(PAGE)), *([("after", after)] if after else [])]
            reply = self._ask("GET", "memories", params=params)
            self._check(reply, also=frozenset())
            page, after = _read(reply)
            yield page
            if not after:
                return
        raise NotTaken("The service's list does not end.")

    def close(self) -> None:
        self._client.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __enter__(self) -> Self:
        return self

    def _ask(self, method: str, path: str, **options: Any) -> Reply:
        try:
            return self._client.request(method, path, **options)
        except RequestFailed as failed:
            problem = NotTaken(failed.message)
            problem.retry_after = failed.retry_after
            raise problem from None

    def _check(self, reply: Reply, *, also: frozenset[int]) -> None:
        if reply.status in OK or reply.status in also:
            return
        problem = NotTaken(f"The service answered {reply.status}; only 2xx means it is done.")
        problem.answered = reply.status
        raise problem


def _read(reply: Reply) -> tuple[list[Held], str]:
    """Return a page and the id it ended with, "" on the last one; an odd list is refused."""
    try:
        body = parse_foreign_json(reply.body)
        page = [Held(UUID(each["id"]), str(each.get("digest") or "")) for each in body["memories"]]
        after = str(body.get("next") or "")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotTaken("The service's list of memories is not as it should be.") from None
    if after and not page:
        raise NotTaken("The service's list goes on after an empty page.")
    ids = [each.id for each in page]
    if ids != sorted(ids):
        raise NotTaken("The service's list is not in the order of ids.")
    return page, after
