"""Endpoints that speak OpenAI's dialect, called by the guarded way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx2

from armproject.lib.errors import DomainError
from armproject.lib.http import Reach
from armproject.lib.http.inside import InsideTransport
from armproject.lib.secret import Secret

if TYPE_CHECKING:
    from openai import OpenAI

NO_KEY = "none"
LONGEST_REASON = 300


class EndpointFailed(DomainError):
    """An endpoint did not answer, or not so that it could be used; the message says why."""

    status = 502
    code = "ENDPOINT_FAILED"


@contextmanager
def speaking(
    base_url: str, key: Secret | None, *, reach: Reach, deadline: float = 20.0
) -> "Iterator[OpenAI]":
    """Lend a client of the endpoint; whatever goes wrong inside becomes EndpointFailed.

    `deadline` is in seconds and bounds each call. Servers of one's own often want no key.
    """
    from openai import APIConnectionError, APIStatusError, OpenAI, OpenAIError  # noqa: PLC0415 - slow, seldom needed

    transport = InsideTransport(reach, deadline=deadline)
    try:
        line = httpx2.Client(  # noqa: TID251 - guarded by its transport
            transport=transport, trust_env=False
        )
        with line:
            yield OpenAI(
                api_key=key.reveal() if key else NO_KEY,
                base_url=base_url,
                http_client=line,
                max_retries=0,
                timeout=deadline,
            )
    except APIStatusError as error:
        raise EndpointFailed(_refusal(error.status_code)) from None
    except APIConnectionError as error:
        cause = str(error.__cause__ or "") or "It could not be reached."
        raise EndpointFailed(f"The endpoint did not answer: {cause[:LONGEST_REASON]}") from None
    except OpenAIError:
        raise EndpointFailed("The endpoint's answer could not be read.") from None


def _refusal(status: int) -> str:
    told = {
        401: "The endpoint refused the key (401): enter one that stands.",
        403: "The endpoint does not let this key do that (403).",
        404: "The endpoint knows no such model or path (404): check both.",
        429: "The endpoint says there were too many calls (429); ARM tries again later.",
    }
    return told.get(status, f"The endpoint answered with an error ({status}).")
