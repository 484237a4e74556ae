"""Look at what every rule watches."""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import DomainError
from governance.actions.evaluate_rule import evaluate_rule
from governance.actions.requeue_notifications import requeue_notifications
from governance.models import AlertRule

log = logging.getLogger(__name__)


def evaluate_rules(
    at: datetime | None = None, *, progress: Callable[[int, int], None] | None = None
) -> int:
    """Open, keep and resolve alerts by every enabled rule; return how many rules were judged.

    Each rule is judged in a transaction of its own, so that one that cannot be read keeps no
    other from being judged; what kept it stands on the rule.
    """
    with fenced():
        require("alerts.write")
        rule_ids = list(AlertRule.objects.enabled().order_by("id").values_list("pk", flat=True))
    moment = at or timezone.now()
    judged = 0
    for done, rule_id in enumerate(rule_ids):
        judged += _judge(rule_id, moment)
        if progress is not None:
            progress(done + 1, len(rule_ids))
    with fenced():
        requeue_notifications()
    return judged


def _judge(rule_id: UUID, at: datetime) -> bool:
    try:
        evaluate_rule(rule_id, at)
    except DomainError as problem:
        _note_trouble(rule_id, problem.message)
    except Exception as problem:
        log.exception("rule_not_judged", extra={"resource_id": str(rule_id)})
        _note_trouble(rule_id, f"The measure could not be read ({type(problem).__name__}).")
    else:
        return True
    return False


def _note_trouble(rule_id: UUID, trouble: str) -> None:
    with fenced():
        AlertRule.objects.filter(pk=rule_id).update(trouble=trouble)
