"""What people enter about an agent, checked before anything is kept."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices

from accounts.models import Membership, User
from agents.models.vendors import VENDORS
from armproject.lib.errors import InvalidInput

LARGEST_JSON = 64 * 2**10
LONGEST_DESCRIPTION = 10_000
LONGEST = {"name": 200, "vendor_agent_id": 200, "model": 120, "cost_center": 100}


def refused(field: str, message: str) -> InvalidInput:
    """Return the error that stands beside this field."""
    return InvalidInput(message, fields={field: [message]})


def clean_vendor(vendor: str) -> str:
    if vendor not in VENDORS:
        raise refused("vendor", f"Choose one of {', '.join(VENDORS)}.")
    return vendor


def clean_name(name: str) -> str:
    name = clean_text("name", name)
    if not name:
        raise refused("name", "Enter a name.")
    return name


def clean_text(field: str, text: str) -> str:
    """Return one line of text without blanks around it, if it fits the field."""
    text = text.strip()
    longest = LONGEST.get(field, LONGEST_DESCRIPTION)
    if len(text) > longest or "\0" in text:
        raise refused(field, f"Enter at most {longest:,} characters.")
    if field != "description" and not text.isprintable():
        raise refused(field, "Enter one line without control characters.")
    return text


def clean_choice(field: str, value: str, choices: type[TextChoices]) -> str:
    if value not in choices.values:
        allowed = ", ".join(each for each in choices.values if each)
        raise refused(field, f"Choose one of {allowed}.")
    return value


def clean_owner(owner: User | None) -> User | None:
    """Return the owner, who must be a member of this organization."""
    if owner is not None and not Membership.objects.filter(user=owner).exists():
        raise refused("owner", "Choose a member of your organization.")
    return owner


def clean_json(field: str, value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or len(json.dumps(value, default=str)) > LARGEST_JSON:
        raise refused(field, f"Send an object of at most {LARGEST_JSON:,} bytes.")
    return dict(value)
