"""Relations point the same way as imports, and between tenants' rows only inside the tenant."""

from django.apps import apps
from django.db import models

from accounts.models import Organization
from accounts.wall import tenant_models
from tests.architecture import APPS


def relations() -> list[models.ForeignKey]:
    return [
        field
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
    ]


def test_relations_point_down() -> None:
    rank = {app: number for number, app in enumerate(APPS)}
    upward = [
        str(field)
        for field in relations()
        if field.related_model._meta.app_label in rank
        and rank[field.related_model._meta.app_label] > rank[field.model._meta.app_label]
    ]
    assert upward == []


def test_links_between_tenant_rows_are_enforced_together_with_the_tenant() -> None:
    tenants = set(tenant_models())
    loose = [
        str(field)
        for field in relations()
        if field.related_model in tenants
        and field.related_model is not Organization
        and field.db_constraint
    ]
    assert loose == []
