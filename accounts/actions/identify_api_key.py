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
from accounts.models.api_key import PREFIX, digest, is_mistyped
from accounts.recent_keys import recent_keys
from accounts.roles import rights_of
from armproject.lib import context
from armproject.lib.context import Context, Principal, PrincipalKind
from armproject.lib.errors import Forbidden, Unauthenticated
from armproject.lib.networks import is_inside

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
    former_digest: str
    former_until: datetime | None
    addresses: list[str]
    own_role: list[str] | None


class _Bearer(NamedTuple):
    """Whom a key speaks for, until when."""

    principal: Principal
    organization_id: UUID
    rights: frozenset[str]
    expires_at: datetime | None
    addresses: list[str]


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
    if known.addresses and not is_inside(context.current().request.address, known.addresses):
        raise Forbidden("This API key may not be used from your address; its owner can allow it.")
    return _context(known)


def _identified(token: str, whole: str) -> _Bearer:
    found = None if is_mistyped(token) else _find(token)
    if found is None:
        raise Unauthenticated("This API key is not valid.")
    end = _end(found, whole)
    scopes = frozenset(found.scopes)
    known = _Bearer(
        Principal(PrincipalKind.API_KEY, str(found.id), found.name, found.user_id, scopes=scopes),
        found.organization_id,
        rights_of(found.role, found.own_role) & scopes,
        end,
        found.addresses,
    )
    _note_use(found, known)
    return known


def _end(found: _Found, whole: str) -> datetime | None:
    """Return when this token ends: with its key, or for a rotated secret with the overlap."""
    is_former = constant_time_compare(found.former_digest, whole)
    if constant_time_compare(found.digest, whole):
        return found.expires_at
    if not is_former or found.former_until is None:
        raise Unauthenticated("This API key is not valid.")
    return min(found.former_until, found.expires_at or found.former_until)


def _note_use(found: _Found, known: _Bearer) -> None:
    now = timezone.now()
    is_over = known.expires_at is not None and known.expires_at <= now
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
            " expires_at, last_used_at, former_digest, former_until, addresses::text,"
            " own_role::text"
            " FROM arm_find_api_key(%s)",
            [public_id],
        )
        row = cursor.fetchone()
    return _found(row) if row else None


def _found(row: tuple[object, ...]) -> _Found:
    values = list(row)
    for column in (5, 11, 12):
        values[column] = json.loads(str(values[column] or "null"))
    return _Found(*values)  # type: ignore[arg-type]
