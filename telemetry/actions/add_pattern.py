"""Name something of one's own that must not be kept."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput
from telemetry.content.recognising import KIND, KINDS, compiled
from telemetry.models import RedactionPattern

MOST_PATTERNS = 20


@transaction.atomic
def add_pattern(kind: str, expression: str) -> RedactionPattern:
    """Have matches of an expression replaced by `[kind]` wherever content is redacted.

    The expression is RE2's, of up to 300 characters; an organization has up to 20.
    """
    require("contents.write")
    refuse_bad_kind(kind)
    compiled(expression)
    present = RedactionPattern.objects.select_for_update().by_kind()
    if kind in present:
        problem = "There is a pattern of this kind already; remove it first."
        raise InvalidInput(problem, fields={"kind": [problem]})
    if len(present) >= MOST_PATTERNS:
        raise Conflict(f"An organization has up to {MOST_PATTERNS} patterns; remove one first.")
    pattern: RedactionPattern = RedactionPattern.objects.create(kind=kind, expression=expression)
    record("redaction_patterns.add", pattern, after={"kind": kind, "expression": expression})
    return pattern


def refuse_bad_kind(kind: str) -> None:
    """Raise `InvalidInput` for what is no name of a kind, or the name of one that ARM knows."""
    if KIND.fullmatch(kind) and kind not in KINDS:
        return
    problem = "Use small letters, digits and _; the kinds that ARM knows are taken."
    raise InvalidInput(problem, fields={"kind": [problem]})
