"""Make everything an organization sealed unreadable."""

from django.db import transaction
from django.utils import timezone

from accounts import data_keys
from accounts.fence import current_organization_id
from accounts.models import KeyState, Organization, OrganizationKey
from accounts.permissions import require
from accounts.recent_keys import recent_keys
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput


@transaction.atomic
def destroy_organization_keys(*, confirmed: str) -> int:
    """Destroy every key of the organization, for good, and suspend it.

    `confirmed` is the organization's slug, typed again. Nothing that was sealed can be read
    afterwards, here or from a backup made later, nor can codes of the audit log be verified;
    backups made before still hold the wrapped keys until they are gone. Returns how many keys
    were destroyed.
    """
    require("keys.rotate")
    organization = Organization.objects.select_for_update().get(pk=current_organization_id())
    if confirmed != organization.slug:
        raise InvalidInput("To confirm, repeat the organization's short name exactly.")
    present = OrganizationKey.objects.exclude(state=KeyState.DESTROYED)
    if not present.exists():
        raise Conflict("The keys of this organization were destroyed already.")
    record("keys.destroy", organization, details={"versions": present.count()})
    data_keys.changed()
    destroyed = present.update(wrapped=b"", state=KeyState.DESTROYED)
    organization.suspended_at = timezone.now()
    organization.save(update_fields=["suspended_at"])
    transaction.on_commit(recent_keys.forget)
    transaction.on_commit(data_keys.forget)
    return destroyed
