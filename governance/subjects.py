"""The rows of higher apps that alerts are about, found by the name their measures give them."""

from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps

from accounts.models import ScopedModel

# What measures call the organization itself, which has no row of its own among the subjects.
ORGANIZATION = "organization"


@cache
def model_of(subject_type: str) -> Any:
    """Return the model called "agent" or "agents.agent", or None."""
    for model in apps.get_models():
        names = {model._meta.model_name, model._meta.label_lower}
        if subject_type in names and issubclass(model, ScopedModel):
            return model
    return None


def find(subject_type: str, subject_id: UUID) -> Any:
    """Return the row of this organization, or None where there is none."""
    model = model_of(subject_type)
    return None if model is None else model.objects.filter(pk=subject_id).first()


def is_gone(subject_type: str, subject_id: UUID | None) -> bool:
    """Tell whether the row an alert is about surely does not exist any more."""
    known = subject_id is not None and model_of(subject_type) is not None
    return known and subject_id is not None and find(subject_type, subject_id) is None


def noun(subject_type: str) -> str:
    """Return the word for one such row: "agent"."""
    model = model_of(subject_type)
    return str(model._meta.verbose_name) if model else subject_type.rpartition(".")[2]
