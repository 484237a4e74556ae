"""News by signed webhook, up to a hundred events in a request."""

from datetime import UTC

import orjson

from armproject.lib.errors import InvalidInput
from armproject.lib.http import Destination, RequestFailed
from armproject.lib.http.signed import BAD_SECRET, is_signing_secret, post_signed, was_taken
from jobs.sinks.sink import NotTaken, Parcel, Way


class WebhookSink:
    """Posts `{"type": "events", "timestamp", "data": [event, …]}` as Standard Webhooks says."""

    label = "Webhook"

    def refuse_bad(self, way: Way) -> None:
        try:
            Destination.parse(way.address.reveal(), way.reach)
        except RequestFailed as refused:
            raise InvalidInput(refused.message, fields={"address": [refused.message]}) from None
        if not all(map(is_signing_secret, way.secrets)):
            raise InvalidInput(BAD_SECRET, fields={"secret": [BAD_SECRET]})

    def send(self, parcel: Parcel, way: Way) -> int:
        moment = parcel.at.astimezone(UTC).isoformat()
        body = {"type": "events", "timestamp": moment, "data": list(parcel.events)}
        try:
            reply = post_signed(
                way.address.reveal(),
                orjson.dumps(body),
                identity=str(parcel.id),
                signing=way.secrets,
                reach=way.reach,
            )
        except RequestFailed as failed:
            problem = NotTaken(failed.message)
            problem.retry_after = failed.retry_after
            raise problem from None
        if not was_taken(reply):
            refusal = NotTaken(f"The receiver answered {reply.status}; only 2xx means it took it.")
            refusal.answered = reply.status
            raise refusal
        return reply.status
