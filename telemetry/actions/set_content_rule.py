"""Decide how much of what is said is kept."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.permissions import require
from agents.models import Agent
from armproject.lib.audit import record
from telemetry.models import ContentMode, ContentRule
from telemetry.models.content_rule import keeps_more


@transaction.atomic
def set_content_rule(mode: str, agent: Agent | None = None) -> ContentRule:
    """Set the mode for what arrives from now on: of one agent, or of all without a rule.

    What is kept already stays as it is. People confirm anew that more is to be kept than before.
    """
    require("contents.write")
    mode = ContentMode(mode)
    rules = ContentRule.objects.select_for_update(of=("self",))
    former = rules.filter(agent=agent).first()
    if keeps_more(mode, former.mode if former else ContentRule.objects.of_organization()):
        require_fresh()
    rule, is_new = rules.get_or_create(agent=agent, defaults={"mode": mode})
    before = {} if is_new else {"mode": rule.mode}
    if is_new or rule.mode != mode:
        rule.mode = mode
        rule.save(update_fields=["mode", "changed_at"])
        record("content_rules.set", rule, before=before, after={"mode": mode})
    return rule
