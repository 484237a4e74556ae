"""Add a ready-made rule."""

from django.db import transaction

from armproject.lib.errors import Conflict, NotFound
from governance.actions.create_rule import create_rule
from governance.models import AlertRule
from governance.proposals import available


@transaction.atomic
def adopt_proposal(slug: str) -> AlertRule:
    """Add a ready-made rule, which may be changed like any other."""
    proposal = next((one for one in available() if one.slug == slug), None)
    if proposal is None:
        raise NotFound("There is no such ready-made rule.")
    if AlertRule.objects.filter(name=proposal.values["name"]).exists():
        raise Conflict("This rule is there already.")
    return create_rule(**proposal.values)
