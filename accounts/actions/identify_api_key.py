"""Find out whom an API key speaks for."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.fence import fenced
from accounts.models import ApiKey
from accounts.models.api_key import PREFIX, digest
from accounts.recent_keys import recent_keys
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


class _Bearer(NamedTuple):
    """Whom a key speaks for, until when."""

    principal: Principal
    organization_id: UUID
    rights: frozenset[str]
    expires_at: datetime | None


def identify_api_key(token: str) -> Context:
    """Return the context of this key's calls: its organization, its owner's rights, its scopes.

    A key is looked up at most once a second in each process. That it was revoked, or that its
    owner lost a role, therefore holds everywhere within a second, and at once where it was done.
    """
    whole = digest(token)
    # What a transaction has read may still be taken back, so it is not remembered.
    look_up = partial(_identified, token, whole)
    known = look_up() if connection.in_atomic_block else recent_keys.recall(whole, look_up)
    if known.expires_at is not None and known.expires_at <= timezone.now():
        raise Unauthenticated("This API key has expired.")
    return _context(known)


def _identified(token: str, whole: str) -> _Bearer:
    found = _find(token)
    if found is None or not constant_time_compare(found.digest, whole):
        raise Unauthenticated("This API key is not valid.")
    scopes = frozenset(found.scopes)
    known = _Bearer(
        Principal(PrincipalKind.API_KEY, str(found.id), found.name, found.user_id, scopes=scopes),
        found.organization_id,
        rights_of(found.role) & scopes,
        found.expires_at,
    )
    _note_use(found, known)
    return known


def _note_use(found: _Found, known: _Bearer) -> None:
    now = timezone.now()
    is_over = found.expires_at is not None and found.expires_at <= now
    if not is_over and (found.last_used_at is None or now - found.last_used_at > TOUCH_EVERY):
        with context.use(_context(known)), fenced():
            ApiKey.objects.filter(pk=found.id).update(last_used_at=now)


def _context(known: _Bearer) -> Context:
    return replace(
        context.current(),
        principal=known.principal,
        organization_id=known.organization_id,
        rights=known.rights,
    )


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
