"""One HTTP exchange with an asynchronous app, from a thread that serves synchronously.

The app runs in a loop of its own; what it hands back with `in_request` runs in the thread of the
request, with its database connection and its fence.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import async_to_sync, sync_to_async

P = ParamSpec("P")
R = TypeVar("R")

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the app answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def exchange(app: App, headers: Iterable[tuple[str, str]], body: bytes) -> Reply:
    """Post a body to the app and return its whole answer."""
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": None,
        "server": None,
    }
    return async_to_sync(_exchanged)(app, scope, body)


async def _exchanged(app: App, scope: Message, body: bytes) -> Reply:
    sent: list[Message] = []
    received = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(received, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(each for each in sent if each["type"] == "http.response.start")
    told = ((name.decode(), value.decode("latin-1")) for name, value in start["headers"])
    return Reply(start["status"], tuple(told), b"".join(each.get("body", b"") for each in sent))


def in_request(work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Return work that may be awaited, and runs in the thread of the request."""
    return sync_to_async(work, thread_sensitive=True)
