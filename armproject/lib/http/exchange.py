"""One attempt: send the request, read the whole answer within limits, name what went wrong."""

import ssl
import time
from collections.abc import Mapping

import httpcore2
import httpx2

from armproject.lib.errors import InvalidInput, TooLarge
from armproject.lib.http.network import time_left
from armproject.lib.http.reply import Reply, RequestFailed
from armproject.lib.http.retrying import Outcome
from armproject.lib.parsing import MEBIBYTE, bounded_gunzip

# Both families: the wire raises httpcore2's, a transport handed in raises httpx2's.
_UNSENT = (
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.PoolTimeout,
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
)
_TIMEOUT = (httpcore2.TimeoutException, httpx2.TimeoutException)
_BROKEN = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
    httpx2.TransportError,
)


def exchange(transport: httpx2.BaseTransport, request: httpx2.Request, max_bytes: int) -> Outcome:
    """Return the reply or why there is none; never raises for anything the network does."""
    started = time.monotonic()
    try:
        response = transport.handle_request(request)
        try:
            body = _read(response, max_bytes)
        finally:
            response.close()
        headers = dict(response.headers.items())
        body = _unpacked(body, headers, max_bytes)
    except RequestFailed as failed:
        return failed
    except (*_TIMEOUT, *_BROKEN) as error:
        return _named(error)
    except TooLarge:
        return _too_large(max_bytes)
    except InvalidInput:
        return RequestFailed("malformed", "The answer's compression could not be read.")
    elapsed = round((time.monotonic() - started) * 1000)
    return Reply(response.status_code, headers, body, elapsed)


def _read(response: httpx2.Response, max_bytes: int) -> bytes:
    """Return the body as it came over the wire."""
    body = bytearray()
    for chunk in response.stream:  # type: ignore[union-attr]
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        time_left()
    return bytes(body)


def _unpacked(body: bytes, headers: Mapping[str, str], max_bytes: int) -> bytes:
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding in {"gzip", "x-gzip"}:
        return bounded_gunzip(body, max_bytes)
    raise RequestFailed("malformed", "The answer is compressed in a way ARM did not ask for.")


def _named(error: Exception) -> RequestFailed:
    unsent = isinstance(error, _UNSENT)
    if isinstance(error, _TIMEOUT):
        return RequestFailed("timeout", "The host did not answer in time.", unsent=unsent)
    if any(isinstance(cause, ssl.SSLError) for cause in error.args):
        return RequestFailed(
            "unavailable", "There is no secure connection: the host's certificate does not hold."
        )
    if unsent:
        return RequestFailed("unavailable", "The host could not be reached.", unsent=True)
    return RequestFailed("unavailable", "The host broke off or did not speak HTTP.")


def _too_large(max_bytes: int) -> RequestFailed:
    return RequestFailed("too_large", f"The answer is larger than {max_bytes / MEBIBYTE:g} MiB.")
