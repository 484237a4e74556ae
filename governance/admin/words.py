"""Colours, links and short texts that the pages of this app share."""

from typing import Any, Final
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from governance import subjects

SEVERITY_COLOURS: Final = {"Critical": "danger", "Warning": "warning", "Info": "info"}
STATE_COLOURS: Final = {"Open": "danger", "Acknowledged": "warning", "Resolved": "success"}
SENT_COLOURS: Final = {
    "Sent": "success",
    "Waiting": "info",
    "Failed, will be tried again": "warning",
    "Given up": "danger",
}


def subject_link(subject_type: str, subject_id: UUID | str | None, label: str) -> Any:
    """Return the label, linked to the row's own page where the Studio has one."""
    url = subject_url(subject_type, subject_id)
    return format_html('<a class="gov-link" href="{}">{}</a>', url, label) if url else label


def subject_url(subject_type: str, subject_id: UUID | str | None) -> str:
    """Return the address of a row's page, or nothing."""
    model = subjects.model_of(subject_type)
    if model is None or not subject_id:
        return ""
    meta = model._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[subject_id])
    except NoReverseMatch:
        return ""
