"""Calls that prove who sent them, signed as Standard Webhooks describes."""

import base64
import secrets
from collections.abc import Sequence
from http import HTTPStatus

from django.utils import timezone
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from armproject.lib import context
from armproject.lib.http.client import Client
from armproject.lib.http.destination import Destination, Reach
from armproject.lib.http.reply import Reply
from armproject.lib.secret import Secret

LARGEST_ANSWER = 2**20
SIGNING_BYTES = 32
BAD_SECRET = "A signing secret is whsec_ and at least 24 random bytes in base64."  # noqa: S105 - says what one is


def post_signed(
    url: str, body: bytes, *, identity: str, signing: Sequence[Secret], reach: Reach
) -> Reply:
    """Post a JSON body under `identity`, signed with each secret, and return the answer.

    One try; raises RequestFailed where there is no answer. Organizations do not share lanes: the
    address is of their own making, and who lets a host fail there closes it for nobody else.
    """
    lane = f"{context.organization_id()} {Destination.parse(url, reach).authority}"
    now = timezone.now()
    marks = [Webhook(each.reveal()).sign(identity, now, body.decode()) for each in signing]
    headers: dict[str, str | Secret] = {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(marks),
    }
    with Client(
        url, headers=headers, reach=reach, lane=lane, attempts=1, max_bytes=LARGEST_ANSWER
    ) as client:
        return client.post("", content=body)


def was_taken(reply: Reply) -> bool:
    """Tell whether the receiver says that it has the message now."""
    return HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES


def is_signing_secret(secret: Secret | None) -> bool:
    try:
        Webhook(secret.reveal() if secret else "")
    except (ValueError, EmptyWebhookSecretError):
        return False
    return True


def new_signing_secret() -> Secret:
    """Draw a secret to sign webhooks with."""
    return Secret(f"whsec_{base64.b64encode(secrets.token_bytes(SIGNING_BYTES)).decode()}")
