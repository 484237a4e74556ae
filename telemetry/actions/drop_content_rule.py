"""Let an agent follow the rule of the organization."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import ContentMode, ContentRule
from telemetry.models.content_rule import keeps_more


@transaction.atomic
def drop_content_rule(rule: ContentRule) -> None:
    """Drop a rule: an agent then follows the organization, and an organization keeps nothing.

    Where more is kept then, people confirm it anew.
    """
    require("contents.write")
    rule = ContentRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    whole = ContentRule.objects.of_organization()
    if keeps_more(whole if rule.agent_id else ContentMode.METADATA_ONLY, rule.mode):
        require_fresh()
    record("content_rules.drop", rule, before={"mode": rule.mode})
    rule.delete()
