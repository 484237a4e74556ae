"""The guarded client in the clothes of `requests`, for libraries that speak nothing else."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from armproject.lib.http.client import Client
from armproject.lib.http.destination import Reach
from armproject.lib.http.reply import RequestFailed

FORWARDED: Final = ("Authorization", "Content-Type")
MOST_BYTES: Final = 2**20


class GuardedAdapter(BaseAdapter):
    """Sends each request by the guarded client: resolved once, checked, pinned, with a deadline."""

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self._reach = reach

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer; raises requests.ConnectionError, which tells no address."""
        url = urlsplit(str(request.url))
        headers = {
            name: str(request.headers[name]) for name in FORWARDED if name in request.headers
        }
        body: Any = request.body
        body = body.encode() if isinstance(body, str) else body
        try:
            with Client(
                f"{url.scheme}://{url.netloc}",
                headers=headers,
                reach=self._reach,
                max_bytes=MOST_BYTES,
                attempts=1,
            ) as client:
                reply = client.request(
                    str(request.method), url.path, params=parse_qsl(url.query), content=body
                )
        except RequestFailed as failed:
            raise requests.ConnectionError(failed.message) from None
        return _response(request, reply.status, reply.headers, reply.body)

    def close(self) -> None:
        """Nothing is kept open between requests."""


class GuardedSession(requests.Session):
    """A session whose every request is guarded; redirects are answers, not orders."""

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        self.mount("https://", GuardedAdapter(reach))
        self.mount("http://", GuardedAdapter(reach))

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        options["allow_redirects"] = False
        return super().request(method, url, *args, **options)


def _response(
    request: requests.PreparedRequest, status: int, headers: Mapping[str, str], body: bytes
) -> requests.Response:
    response = requests.Response()
    response.status_code, response.headers = status, CaseInsensitiveDict(headers)
    response.request, response.url = request, str(request.url)
    response._content = body
    return response
