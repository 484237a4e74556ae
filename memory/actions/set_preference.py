"""Set how somebody, or everybody in the organization, likes something done."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection, transaction
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.context import PrincipalKind
from armproject.lib.errors import NotFound
from memory.access import reach_of_call, require_writing, users_within
from memory.entries import clean_line, refused
from memory.gates import Effect, Writing
from memory.learning.observing import (
    LONGEST_EXAMPLE,
    MOST_EXAMPLES,
    MOST_FORMER,
    Former,
    Told,
    is_same,
    with_example,
)
from memory.models import Kind, OwnerType, Preference, SourceType, Store
from memory.owners import ORGANIZATION, Owner

LONGEST_VALUE = 2_000
LONGEST_CATEGORY = 100


@transaction.atomic
def set_preference(
    *, user: str = "", category: str, key: str, value: str, examples: Sequence[str] | None = None
) -> Preference:
    """Set a preference of a user, or of the whole organization for "", whatever it was before.

    What a person sets is sure, and what models observe does not replace it; the former value stays
    known. `examples` are kept as they are where they are None.
    """
    require("memories.write")
    user, category, key, value = _clean(user, category, key, value)
    require_user_within(user)
    told_examples = None if examples is None else _clean_examples(examples)
    is_by_hand = _is_by_hand()
    _judge(user, key, value, told_examples or (), is_by_hand=is_by_hand)
    lock_preference(user, category, key)
    row = preference_of(user, category, key)
    before = None if row._state.adding else row.told
    row.hold(_told(before, value, told_examples, row.confidence))
    principal = context.principal()
    row.confidence, row.source_type, row.is_trusted = 1, SourceType.MANUAL, is_by_hand
    row.changed_by = principal.label[:200] if principal else ""
    row.last_observed_at = timezone.now()
    row.save()
    record("preferences.set", row, details={"is_new": before is None})
    return row


def require_user_within(user: str) -> None:
    """Let those pass who may find this user's preferences; for others there are none."""
    names = users_within(reach_of_call())
    if user and names is not None and user not in names:
        raise NotFound("There is no such preference.")


def lock_preference(user: str, category: str, key: str) -> None:
    """Let nobody else write the preference of this key before the transaction ends."""
    told = f"preference\n{current_organization_id()}\n{user}\n{category}\n{key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [told])


def preference_of(user: str, category: str, key: str) -> Preference:
    """Return the preference of this key, or a new one that is not kept yet."""
    rows = Preference.objects.filter(user=user, category=category, key=key)
    return rows.first() or Preference(user=user, category=category, key=key)


def _told(
    before: Told | None, value: str, examples: tuple[str, ...] | None, confidence: float
) -> Told:
    if before is None:
        return Told(value, examples or ())
    kept = before.examples if examples is None else examples
    if is_same(before.value, value):
        return replace(before, value=value, examples=kept)
    gone = Former(before.value, confidence, timezone.now().isoformat())
    return Told(value, examples or (), (gone, *before.former)[:MOST_FORMER])


def _clean(user: str, category: str, key: str, value: str) -> tuple[str, str, str, str]:
    user, category, key = (
        clean_line(name, text)
        for name, text in (("user", user), ("category", category), ("key", key))
    )
    if not category or len(category) > LONGEST_CATEGORY:
        raise refused("category", f"Name a category in at most {LONGEST_CATEGORY} characters.")
    if not key:
        raise refused("key", "Say what it is a preference of.")
    value = value.strip()
    if not value or len(value) > LONGEST_VALUE or "\0" in value:
        raise refused("value", f"Say what is preferred, in at most {LONGEST_VALUE:,} characters.")
    return user, category, key, value


def _clean_examples(examples: Sequence[str]) -> tuple[str, ...]:
    if len(examples) > MOST_EXAMPLES:
        raise refused("examples", f"Give at most {MOST_EXAMPLES} examples.")
    if any(len(each) > LONGEST_EXAMPLE or "\0" in each for each in examples):
        raise refused("examples", f"Keep each example within {LONGEST_EXAMPLE} characters.")
    told: tuple[str, ...] = ()
    for example in reversed(examples):
        told = with_example(told, example)
    return told


def _judge(user: str, key: str, value: str, examples: Sequence[str], *, is_by_hand: bool) -> None:
    writing = writing_of(user, key, value, examples, is_by_hand=is_by_hand)
    verdict = require_writing(writing)
    if verdict.effect != Effect.ALLOW:
        raise refused("value", " ".join(verdict.reasons) or "A rule does not allow this.")


def writing_of(
    user: str, key: str, value: str, examples: Sequence[str], *, is_by_hand: bool = False
) -> Writing:
    """Return what gates are asked about a preference."""
    return Writing(
        owner=Owner(OwnerType.USER, user) if user else ORGANIZATION,
        content=". ".join([f"{key}: {value}", *examples]),
        kind=Kind.PREFERENCE,
        store=Store.CORE,
        key=key,
        source_type=SourceType.MANUAL if is_by_hand else SourceType.INTERACTION,
        is_by_hand=is_by_hand,
    )


def _is_by_hand() -> bool:
    principal = context.principal()
    return principal is not None and principal.kind == PrincipalKind.MEMBER
