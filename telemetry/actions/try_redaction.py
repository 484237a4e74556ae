"""See what redaction would make of a text."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.permissions import require
from armproject.lib.errors import InvalidInput
from telemetry.actions.add_pattern import refuse_bad_kind
from telemetry.content.redacting import Redactor
from telemetry.models import RedactionPattern

LONGEST_SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Redacted:
    """What a sample became, and how often each kind was found."""

    text: str
    counts: Mapping[str, int]


def try_redaction(sample: str, kind: str = "", expression: str = "") -> Redacted:
    """Return a sample as it would be kept, also with one more pattern; nothing is kept of it."""
    require("contents.write")
    if len(sample) > LONGEST_SAMPLE:
        problem = f"Try it with up to {LONGEST_SAMPLE:,} characters."
        raise InvalidInput(problem, fields={"sample": [problem]})
    own = RedactionPattern.objects.by_kind()
    if kind or expression:
        refuse_bad_kind(kind)
        own[kind] = expression
    redactor = Redactor(own)
    return Redacted(redactor.text(sample), dict(redactor.counts))
