"""Let an agent follow the rule of the organization."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import ContentRule


@transaction.atomic
def drop_content_rule(rule: ContentRule) -> None:
    """Drop a rule: an agent then follows the organization, and an organization keeps nothing."""
    require("contents.write")
    rule = ContentRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    record("content_rules.drop", rule, before={"mode": rule.mode})
    rule.delete()
