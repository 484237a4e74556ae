"""Give a program a way in."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey
from accounts.permissions import require
from accounts.roles import PERMISSIONS
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.context import PrincipalKind
from armproject.lib.errors import Forbidden, InvalidInput
from armproject.lib.secret import Secret


@transaction.atomic
def issue_api_key(
    name: str, scopes: Iterable[str], *, expires_at: datetime | None = None
) -> tuple[ApiKey, Secret]:
    """Issue an API key for oneself, no stronger than oneself; the token is shown this once."""
    require("api_keys.write")
    wanted = frozenset(scopes)
    _refuse_bad_scopes(wanted)
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput(
            "The key would be expired.", fields={"expires_at": ["Name a time to come."]}
        )
    _refuse_outliving_own(expires_at)
    key = ApiKey(user_id=_person(), name=name, scopes=sorted(wanted), expires_at=expires_at)
    token = key.draw()
    key.save(force_insert=True)
    record("api_keys.issue", key, after={"name": name, "scopes": key.scopes})
    return key, token


def _refuse_outliving_own(expires_at: datetime | None) -> None:
    """Refuse a key that asks for one that lives longer than itself."""
    principal = context.principal()
    if principal is None or principal.kind != PrincipalKind.API_KEY:
        return
    end = ApiKey.objects.get(pk=principal.id).expires_at
    if end is not None and (expires_at is None or expires_at > end):
        raise Forbidden(
            "A key cannot issue one that outlives it.",
            fields={"expires_at": [f"Name a time up to {end:%Y-%m-%dT%H:%M:%SZ}."]},
        )


def _person() -> UUID:
    principal = context.principal()
    if principal is None or principal.user_id is None:
        raise Forbidden("An API key belongs to a person; only a person can issue one.")
    return principal.user_id


def _refuse_bad_scopes(wanted: frozenset[str]) -> None:
    if unknown := sorted(wanted - PERMISSIONS):
        raise InvalidInput(
            f"Unknown scopes: {', '.join(unknown)}.", fields={"scopes": ["Unknown scopes."]}
        )
    if beyond := sorted(wanted - context.current().rights):
        raise Forbidden(
            "A key cannot do more than you can.",
            fields={"scopes": [f"Not yours: {', '.join(beyond)}."]},
        )
