"""Say who hears of a rule."""

from collections.abc import Iterable

from django.db import transaction

from governance.models import AlertRecipient, AlertRule, Channel


@transaction.atomic
def set_recipients(rule: AlertRule, channels: Iterable[Channel]) -> list[str]:
    """Make these channels the ones that hear of the rule, and return their names."""
    wanted = {channel.pk: channel for channel in channels}
    rule.recipients.exclude(channel__in=wanted).delete()
    standing = set(rule.recipients.values_list("channel_id", flat=True))
    AlertRecipient.objects.bulk_create(
        AlertRecipient(rule=rule, channel=channel)
        for pk, channel in wanted.items()
        if pk not in standing
    )
    return sorted(channel.name for channel in wanted.values())
