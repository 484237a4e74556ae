"""Letters by signed webhook, as Standard Webhooks describes."""

from datetime import UTC
from http import HTTPStatus
from typing import Any

import orjson
from django.utils import timezone
from standardwebhooks import Webhook

from armproject.lib.errors import InvalidInput
from armproject.lib.http import Client, Destination, Reply, RequestFailed
from armproject.lib.secret import Secret
from governance.sending.letter import Address, Letter, NotDelivered

LARGEST_ANSWER = 2**20


def refuse_bad(address: Address) -> None:
    """Refuse a URL that ARM may not call, whoever asks and whenever."""
    try:
        Destination.parse(_url(address), address.reach)
    except RequestFailed as refused:
        raise InvalidInput(refused.message, fields={"target": [refused.message]}) from None
    try:
        Webhook(address.signing.reveal() if address.signing else "")
    except Exception:  # noqa: BLE001 - the library tells bad secrets by many kinds of errors
        problem = "A signing secret is whsec_ and at least 24 random bytes in base64."
        raise InvalidInput(problem, fields={"signing_secret": [problem]}) from None


def send(letter: Letter, address: Address) -> None:
    """Post the letter; only an answer of 2xx means it arrived."""
    body = orjson.dumps(_payload(letter))
    headers = _headers(letter, body, address.signing or Secret(""))
    try:
        with Client(
            _url(address),
            headers=headers,
            reach=address.reach,
            attempts=1,
            max_bytes=LARGEST_ANSWER,
        ) as client:
            reply = client.post("", content=body)
    except RequestFailed as failed:
        problem = NotDelivered(failed.message)
        problem.retry_after = failed.retry_after
        raise problem from None
    _refuse_unless_taken(reply)


def _refuse_unless_taken(reply: Reply) -> None:
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    raise NotDelivered(f"The webhook answered {reply.status}; only 2xx means it was taken.")


def _payload(letter: Letter) -> dict[str, Any]:
    return {
        "type": letter.event,
        "timestamp": letter.at.astimezone(UTC).isoformat(),
        "data": {**letter.facts, "summary": letter.subject, "link": letter.link},
    }


def _headers(letter: Letter, body: bytes, signing: Secret) -> dict[str, str | Secret]:
    now = timezone.now()
    signature = Webhook(signing.reveal()).sign(str(letter.id), now, body.decode())
    return {
        "Content-Type": "application/json",
        "webhook-id": str(letter.id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def _url(address: Address) -> str:
    return address.target.reveal() if address.target else ""
