"""Found an organization."""

from uuid import UUID

from accounts.data_keys import wrap_new
from accounts.fence import acting, fenced
from accounts.models import Membership, Organization, User
from accounts.permissions import system
from accounts.roles import Role, rights_of
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.ids import uuid7


def create_organization(
    name: str, *, slug: str, owner: User, organization_id: UUID | None = None
) -> Organization:
    """Found an organization with its own encryption key and its first owner."""
    organization = Organization(pk=organization_id or uuid7(), name=name, slug=slug)
    organization.full_clean(validate_unique=False, validate_constraints=False)
    principal = context.principal() or system("set-up")
    with acting(principal, organization.pk, rights_of(Role.OWNER)), fenced():
        organization.save(force_insert=True)
        wrap_new(organization.pk, version=1).save(force_insert=True)
        Membership.objects.create(user=owner, role=Role.OWNER)
        record("organization.create", organization, after={"name": name, "slug": slug})
    return organization
