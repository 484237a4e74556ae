"""The organizations of a person, and saying something in each of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

from accounts.fence import acting, fenced
from accounts.models import Membership, User
from armproject.lib import context
from armproject.lib.context import Context, Principal, PrincipalKind


def principal_of(user: User) -> Principal:
    """Return the principal a person is when they are signed in."""
    return Principal(PrincipalKind.MEMBER, str(user.pk), str(user), user.pk)


def nowhere(user: User) -> Context:
    """Return the context of a person before an organization is chosen."""
    return replace(
        context.current(), principal=principal_of(user), organization_id=None, rights=frozenset()
    )


def memberships_of(user: User) -> list[Membership]:
    """Return the person's memberships in organizations at work, by the organization's name."""
    with context.use(nowhere(user)), fenced():
        rows = Membership._base_manager.filter(user_id=user.pk, organization__suspended_at=None)
        return list(rows.select_related("organization").order_by("organization__name"))


def in_each(user: User, say: Callable[[], object], only: Iterable[UUID] = ()) -> None:
    """Say something, as the person, in each of their organizations, or in `only` these."""
    wanted = set(only)
    for membership in memberships_of(user):
        organization_id = membership.organization_id
        if not wanted or organization_id in wanted:
            with acting(principal_of(user), organization_id, frozenset()), fenced():
                say()
