"""A letter, where it goes, and the error of one that did not arrive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from armproject.lib.errors import Unavailable
from armproject.lib.http import Reach
from armproject.lib.secret import Secret


class ChannelKind(models.TextChoices):
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    DISCORD = "discord", "Discord"
    PAGERDUTY = "pagerduty", "PagerDuty"
    OPSGENIE = "opsgenie", "Opsgenie"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `id` stays the same however often it is sent, so that receivers know doubles.

    `thread` is the same for all messages about one alert.
    """

    id: UUID
    thread: UUID
    event: str
    at: datetime
    subject: str
    lines: tuple[str, ...]
    severity: str
    link: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_good_news(self) -> bool:
        return self.event.endswith("resolved")

    @property
    def text(self) -> str:
        return "\n\n".join((*self.lines, self.link))


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel leads. `target` is a URL or a key; `signing` proves that a call is ours."""

    kind: str
    emails: tuple[str, ...] = ()
    target: Secret | None = None
    signing: Secret | None = None
    reach: Reach = field(default_factory=Reach)


class NotDelivered(Unavailable):
    """The letter did not arrive, as far as anyone can tell; sending it again is right."""
