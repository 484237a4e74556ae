"""Find out whom an API key speaks for."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.fence import fenced
from accounts.models import ApiKey
from accounts.models.api_key import PREFIX, digest
from accounts.roles import rights_of
from armproject.lib import context
from armproject.lib.context import Context, Principal, PrincipalKind
from armproject.lib.errors import Unauthenticated

PUBLIC_ID = re.compile(r"[0-9a-f]{12}")
TOUCH_EVERY = timedelta(minutes=1)


class _Found(NamedTuple):
    """A row of arm_find_api_key: what must be known before a tenant is."""

    id: UUID
    organization_id: UUID
    user_id: UUID
    name: str
    digest: str
    scopes: list[str]
    role: str
    expires_at: datetime | None
    last_used_at: datetime | None


def identify_api_key(token: str) -> Context:
    """Return the context of this key's calls: its organization, its owner's rights, its scopes."""
    now = timezone.now()
    found = _find(token)
    if found is None or not constant_time_compare(found.digest, digest(token)):
        raise Unauthenticated("This API key is not valid.")
    if found.expires_at is not None and found.expires_at <= now:
        raise Unauthenticated("This API key has expired.")
    scopes = frozenset(found.scopes)
    principal = Principal(
        PrincipalKind.API_KEY, str(found.id), found.name, found.user_id, scopes=scopes
    )
    chosen = replace(
        context.current(),
        principal=principal,
        organization_id=found.organization_id,
        rights=rights_of(found.role) & scopes,
    )
    if found.last_used_at is None or now - found.last_used_at > TOUCH_EVERY:
        with context.use(chosen), fenced():
            ApiKey.objects.filter(pk=found.id).update(last_used_at=now)
    return chosen


def _find(token: str) -> _Found | None:
    public_id = token.removeprefix(PREFIX).partition("_")[0]
    if not PUBLIC_ID.fullmatch(public_id):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, organization_id, user_id, name, digest, scopes::text, role,"
            " expires_at, last_used_at FROM arm_find_api_key(%s)",
            [public_id],
        )
        row = cursor.fetchone()
    return _found(row) if row else None


def _found(row: tuple[object, ...]) -> _Found:
    values = list(row)
    values[5] = json.loads(str(values[5]))
    return _Found(*values)  # type: ignore[arg-type]
