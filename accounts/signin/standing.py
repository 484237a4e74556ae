"""Where a session stands: which organizations admit it, and what the others still ask for."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from accounts.fence import fenced
from accounts.models import Membership, Organization, User
from accounts.roles import rights_of
from accounts.signin.errors import NotAdmitted
from accounts.signin.facts import Facts
from accounts.signin.places import memberships_of, nowhere
from armproject.lib import context
from armproject.lib.context import Context


@dataclass(frozen=True, slots=True)
class Standing:
    """The organization a session works in, if one admits it; `refusal` says what is missing."""

    user: User
    facts: Facts
    memberships: Sequence[Membership]
    chosen: Membership | None = None
    refusal: NotAdmitted | None = None

    @property
    def organization_id(self) -> UUID | None:
        return self.chosen.organization_id if self.chosen else None

    def manages_account(self) -> bool:
        """Tell whether this session may change the account itself.

        A session that one organization's provider opened may not, because the account may be more
        than that organization's: unless it has no password and belongs nowhere else.
        """
        if not self.facts.organization:
            return True
        places = {str(place.organization_id) for place in memberships_of(self.user)}
        return not self.user.has_usable_password() and places <= {self.facts.organization}

    def context(self) -> Context:
        """Return the context of this session's calls, with the rights of today."""
        known = replace(nowhere(self.user), signed_in_at=self.facts.at)
        if self.chosen is None:
            return known
        return replace(
            known,
            organization_id=self.chosen.organization_id,
            rights=self._rights(replace(known, organization_id=self.chosen.organization_id)),
        )

    def _rights(self, inside: Context) -> frozenset[str]:
        """Return the role's rights; a role of the organization's own is read inside its fence."""
        if self.chosen is None or self.chosen.custom_role_id is None:
            return rights_of(self.chosen.role) if self.chosen else frozenset()
        with context.use(inside), fenced():
            rows = Membership.objects.select_related("custom_role")
            return rows.get(pk=self.chosen.pk).rights


def choose(user: User, session: MutableMapping[str, Any], wanted: object) -> Standing:
    """Choose the wanted organization, or else the first joined that admits the session.

    Every way to work in an organization passes here, whatever opened the session, so what the
    organization asks of a sign-in holds for all of them, and from the next call on.
    """
    facts = Facts.of(session)
    memberships = [
        membership
        for membership in memberships_of(user)
        if not facts.organization or str(membership.organization_id) == facts.organization
    ]
    known = Standing(user, facts, memberships)
    named = [m for m in memberships if str(m.organization_id) == str(wanted)]
    first: NotAdmitted | None = None
    for membership in named or sorted(memberships, key=lambda m: m.created_at):
        need = missing(membership.organization, facts)
        if not need:
            return replace(known, chosen=membership)
        first = first or NotAdmitted(membership.organization.name, need)
    return replace(known, refusal=first)


def missing(organization: Organization, facts: Facts) -> str:
    """Return what the organization asks for and the session has not shown, or nothing.

    Where the organization's own provider vouched, the second factor is that provider's business.
    """
    if facts.organization == str(organization.pk):
        return ""
    if organization.requires_sso:
        return "sso"
    if organization.requires_mfa and not facts.has_second_factor:
        return "mfa"
    return ""
