"""What differs between what ARM knows of an agent and what its vendor says now."""

import json
from collections.abc import Mapping
from typing import Any

# Fields that a vendor speaks for, compared as they are; `config` and `metadata` key by key.
PLAIN = ("name", "description", "type", "model", "discovered_via", "vendor_status", "confidence")
NESTED = ("config", "metadata")
LONGEST = 2_000

Changes = dict[str, list[Any]]


def differences(known: Mapping[str, Any], found: Mapping[str, Any]) -> Changes:
    """Return field → [from, to] for every field that is told and differs."""
    changes: Changes = {
        name: [_shown(known[name]), _shown(found[name])]
        for name in PLAIN
        if name in found and known[name] != found[name]
    }
    for name in NESTED:
        if name not in found:
            continue
        before, after = known[name], found[name]
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                changes[f"{name}.{key}"] = [_shown(before.get(key)), _shown(after.get(key))]
    return changes


def _shown(value: Any) -> Any:
    """Return the value fit for the history: very long ones are cut."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    if isinstance(value, Mapping | list):
        text = json.dumps(value, ensure_ascii=False, default=str)
        return value if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return value if value is None or isinstance(value, bool | int | float) else str(value)
