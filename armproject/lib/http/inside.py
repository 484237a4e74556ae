"""The guarded client as a transport of httpx, for libraries that bring a client of their own."""

from typing import Final

import httpx2

from armproject.lib.http.client import Client
from armproject.lib.http.destination import Reach
from armproject.lib.http.reply import RequestFailed

FORWARDED: Final = ("authorization", "content-type", "accept", "api-key")
# httpx unpacks what says it is packed; ours is unpacked already.
DROPPED: Final = ("content-encoding", "content-length", "transfer-encoding")


class InsideTransport(httpx2.BaseTransport):
    """Sends each request by the guarded client: resolved once, checked, pinned, with a deadline.

    `deadline` is in seconds and bounds each call with its retries; `max_bytes` bounds the answer.
    """

    def __init__(self, reach: Reach, *, deadline: float, max_bytes: int = 64 * 2**20) -> None:
        self._reach = reach
        self._deadline = deadline
        self._max_bytes = max_bytes

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer; raises httpx2.ConnectError, which tells no address."""
        url = request.url
        port = f":{url.port}" if url.port else ""
        headers = {name: request.headers[name] for name in FORWARDED if name in request.headers}
        try:
            with Client(
                f"{url.scheme}://{url.host}{port}",
                headers=headers,
                reach=self._reach,
                deadline=self._deadline,
                max_bytes=self._max_bytes,
            ) as client:
                params = list(url.params.multi_items())
                body = request.read()
                reply = client.request(request.method, url.path, params=params, content=body)
        except RequestFailed as failed:
            raise httpx2.ConnectError(failed.message, request=request) from None
        kept = {name: text for name, text in reply.headers.items() if name not in DROPPED}
        return httpx2.Response(reply.status, headers=kept, content=reply.body, request=request)
