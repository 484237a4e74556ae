"""Look at a file of memories."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from accounts.fence import current_organization_id
from accounts.permissions import require
from agents.models import Agent
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput, TooLarge
from governance.signing import NoSigningKey, key_ring
from memory import entries
from memory.formats import FORMATS, Document, Unreadable, bundle, read_document
from memory.models import MemoryImport, Signer
from memory.moving import (
    Destination,
    Outcome,
    Planned,
    Planner,
    Wish,
    house_of,
    planned_preferences,
)
from memory.owners import ORGANIZATION, Owner

MOST_LINES = 20_000
MOST_FINDINGS = 200
AT_ONCE = 500
TELLING = (Outcome.REFUSED, Outcome.WITHHELD)


@transaction.atomic
def examine_import(
    document: Any,
    *,
    name: str = "",
    format: str = "",  # noqa: A002 - the word of the API
    owner: Owner = ORGANIZATION,
    agent: Agent | None = None,
) -> MemoryImport:
    """Look at a file of memories, given as parsed JSON, and say what importing it would do.

    Without a format it is known by its looks. Memories that name no owner become `owner`'s; those
    that were an agent's become `agent`'s, if one is given.
    """
    require("memories.import")
    if format and format not in FORMATS:
        raise entries.refused("format", f"Choose one of {', '.join(FORMATS)}.")
    try:
        found = read_document(document, format)
        signer = _signer(found, document)
    except Unreadable as error:
        raise InvalidInput(str(error), fields={"document": [str(error)]}) from None
    if len(found.entries) > MOST_LINES:
        raise TooLarge(f"Import at most {MOST_LINES:,} memories at once; split the file.")
    owner = entries.clean_owner(owner)
    row = MemoryImport(
        name=entries.clean_line("name", name),
        format=found.format,
        signer=signer,
        facts=_facts(found, document),
        owner_type=owner.type,
        owner_id=owner.id,
        agent=agent,
        lines=len(found.entries),
        created_by=_caller(),
    )
    row.hold(json.dumps(document, ensure_ascii=False))
    foresee(row, found)
    row.save(force_insert=True)
    record("memories.examine_import", row, details={"format": row.format, **row.counts})
    return row


def _caller() -> str:
    principal = context.principal()
    return principal.label[:200] if principal else ""


def read_again(row: MemoryImport) -> Document:
    """Return the file of an import, read as it was when somebody looked at it."""
    return read_document(json.loads(row.document), row.format)


def destination_of(row: MemoryImport) -> Destination:
    """Return where the memories of a file go."""
    source = row.facts.get("organization_id")
    house = house_of(source) if source else row.format
    owner = Owner(row.owner_type, row.owner_id)
    label = f"{FORMATS[row.format].label}{f': {row.name}' if row.name else ''}"[:200]
    return Destination(current_organization_id(), house, label, owner, row.agent)


def foresee(row: MemoryImport, found: Document) -> None:
    """Set on the row what would become of the file's lines."""
    planner = Planner(destination_of(row))
    counts: Counter[str] = Counter(dict.fromkeys(Outcome, 0))
    counts[Outcome.REFUSED] = len(found.refused)
    row.findings = [
        {"line": each.line, "outcome": str(Outcome.REFUSED), "reason": each.reason}
        for each in found.refused[:MOST_FINDINGS]
    ]
    for start in range(0, len(found.entries), AT_ONCE):
        planned = planner.plan(found.entries[start : start + AT_ONCE])
        counts.update(each.outcome for each in planned)
        note_findings(row, planned)
    wishes = planned_preferences(found.preferences)
    note_refused_preferences(row, wishes)
    counts[Outcome.REFUSED] += sum(1 for each in wishes if each.reason)
    row.counts = {str(name): number for name, number in counts.items()}
    row.counts["preferences"] = sum(1 for each in wishes if each.is_new)


def note_findings(row: MemoryImport, planned: Iterable[Planned]) -> None:
    """Keep which lines are refused or withheld and why, as far as there is room."""
    told = [
        {"line": each.entry.line, "outcome": str(each.outcome), "reason": each.reason[:300]}
        for each in planned
        if each.outcome in TELLING
    ]
    row.findings = [*row.findings, *told][:MOST_FINDINGS]


def note_refused_preferences(row: MemoryImport, wishes: Iterable[Wish]) -> None:
    """Keep which preferences are refused and why, as far as there is room."""
    told = [
        {"line": each.line, "outcome": "refused", "reason": f"Preference: {each.reason}"[:300]}
        for each in wishes
        if each.reason
    ]
    row.findings = [*row.findings, *told][:MOST_FINDINGS]


def _signer(found: Document, document: Mapping[str, Any]) -> str:
    if found.format != bundle.NAME:
        return Signer.NOBODY
    try:
        trusted = key_ring().public_keys
    except NoSigningKey:
        trusted = {}
    return bundle.signer_of(document, trusted) or Signer.NOBODY


def _facts(found: Document, document: Any) -> dict[str, Any]:
    """Return what a bundle says of itself, as short texts."""
    signature = document.get("signature") if isinstance(document, Mapping) else None
    key = signature.get("key_id") if isinstance(signature, Mapping) else ""
    told = {**found.facts, "key_id": key} if found.facts else {}
    return {name: str(value)[:200] for name, value in told.items() if value}
