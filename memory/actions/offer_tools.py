"""Let an agent use memory tools."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from agents.models import Agent
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from memory.models import Offer
from memory.toolbox import TOOLS


@transaction.atomic
def offer_tools(agent: Agent, tools: Iterable[str]) -> Offer | None:
    """Let an agent use exactly these memory tools; with none of them it has no offer any more."""
    require("memories.manage")
    wanted = sorted(set(tools))
    unknown = [name for name in wanted if name not in TOOLS]
    if unknown:
        problem = f"Choose from {', '.join(TOOLS)}."
        raise InvalidInput(problem, fields={"tools": [problem]})
    offer = Offer.objects.select_for_update(of=("self",)).filter(agent=agent).first()
    before = offer.tools if offer else []
    if before == wanted:
        return offer
    offer = _kept(offer or Offer(agent=agent), wanted)
    record("memories.offer_tools", agent, before={"tools": before}, after={"tools": wanted})
    return offer


def _kept(offer: Offer, tools: list[str]) -> Offer | None:
    if not tools:
        offer.delete()
        return None
    offer.tools, offer.changed_at = tools, timezone.now()
    offer.save()
    return offer
