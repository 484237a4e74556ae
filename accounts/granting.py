"""What may be granted on single rows: the apps that own the rows say so when they load."""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from accounts.models import ScopedModel
from accounts.roles import WORDS
from armproject.lib.errors import InvalidInput

# The permission, and the kind of row on which it may be granted.
GRANTABLE: dict[str, type[ScopedModel]] = {}


def offer(model: type[ScopedModel], *permissions: str) -> None:
    """Let these permissions of the matrix be granted on single rows of this model."""
    for permission in permissions:
        if permission not in WORDS:
            raise KeyError(f"{permission!r} is not in the permission matrix")
        GRANTABLE[permission] = model


def offered_on(model: type[Any]) -> list[str]:
    """Return the permissions that may be granted on rows of this model."""
    return [permission for permission, kind in GRANTABLE.items() if kind is model]


def row_of(permission: str, pk: Any) -> ScopedModel:
    """Return the row of the kind on which this permission may be granted."""
    kind = GRANTABLE.get(permission)
    if kind is None:
        problem = f"Only these are granted on single rows: {', '.join(GRANTABLE)}."
        raise InvalidInput(problem, fields={"permission": [problem]})
    row: ScopedModel | None = kind._default_manager.filter(pk=pk).first()
    if row is None:
        problem = "There is no such row."
        raise InvalidInput(problem, fields={"row": [problem]})
    return row


def kinds() -> dict[str, type[ScopedModel]]:
    """Return the kinds of rows on which something may be granted, by their word in the matrix."""
    return {name.partition(".")[0]: model for name, model in GRANTABLE.items()}


def keep_permissions(*, using: str, **_: Any) -> None:
    """After a migration, keep a row of Django's own for each permission a grant can name."""
    if using != "owner":
        return
    with connections[using].cursor() as cursor:
        present = connections[using].introspection.table_names(cursor)
    if Permission._meta.db_table not in present:
        return
    for name, model in GRANTABLE.items():
        # Not by the manager's short cut, which remembers ids of whichever database came first.
        kind = ContentType.objects.using(using).get_or_create(
            app_label=model._meta.app_label, model=model._meta.model_name
        )[0]
        Permission.objects.using(using).get_or_create(
            content_type=kind, codename=name, defaults={"name": WORDS[name]}
        )
