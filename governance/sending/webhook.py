"""Letters by signed webhook, as Standard Webhooks describes."""

from datetime import UTC
from typing import Any

import orjson

from armproject.lib.errors import InvalidInput
from armproject.lib.http import Destination, RequestFailed
from armproject.lib.http.signed import BAD_SECRET, is_signing_secret, post_signed, was_taken
from armproject.lib.secret import Secret
from governance.sending.letter import Address, Letter, NotDelivered


def refuse_bad(address: Address) -> None:
    """Refuse a URL that ARM may not call, whoever asks and whenever."""
    try:
        Destination.parse(_url(address), address.reach)
    except RequestFailed as refused:
        raise InvalidInput(refused.message, fields={"target": [refused.message]}) from None
    if not is_signing_secret(address.signing):
        raise InvalidInput(BAD_SECRET, fields={"signing_secret": [BAD_SECRET]})


def send(letter: Letter, address: Address) -> None:
    """Post the letter; only an answer of 2xx means it arrived."""
    try:
        reply = post_signed(
            _url(address),
            orjson.dumps(_payload(letter)),
            identity=str(letter.id),
            signing=[address.signing or Secret("")],
            reach=address.reach,
        )
    except RequestFailed as failed:
        problem = NotDelivered(failed.message)
        problem.retry_after = failed.retry_after
        raise problem from None
    if not was_taken(reply):
        raise NotDelivered(f"The webhook answered {reply.status}; only 2xx means it was taken.")


def _payload(letter: Letter) -> dict[str, Any]:
    return {
        "type": letter.event,
        "timestamp": letter.at.astimezone(UTC).isoformat(),
        "data": {**letter.facts, "summary": letter.subject, "link": letter.link},
    }


def _url(address: Address) -> str:
    return address.target.reveal() if address.target else ""
