"""What somebody can reach, and why; who else can reach a row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from accounts.granting import GRANTABLE
from accounts.models import Grant, Membership, ScopedModel
from accounts.permissions import has_permission
from accounts.roles import WORDS

SHOWN = ("permission", "user", "custom_role")


@dataclass(frozen=True, slots=True)
class Right:
    """One permission somebody has on every row, and the role that gives it."""

    permission: str
    says: str
    why: str


@dataclass(frozen=True, slots=True)
class Granted:
    """One permission a person or a role was granted on one row."""

    grant: Grant
    says: str
    row: ScopedModel | None


def rights_of_member(member: Membership) -> list[Right]:
    """Return what the member's role lets them do, in the order of the matrix."""
    why = f"by the role {member.role_name}"
    return [Right(name, WORDS[name], why) for name in WORDS if name in member.rights]


def grants_of_member(member: Membership) -> list[Granted]:
    """Return what the member may do with single rows, by a grant to them or to their role."""
    return list(_with_rows(Grant.objects.reaching(member.user_id).select_related(*SHOWN)))


def grants_of_roles() -> list[Granted]:
    """Return what roles may do with single rows."""
    grants = Grant.objects.filter(user=None).select_related(*SHOWN)
    return list(_with_rows(grants.order_by("role", "custom_role__name", "-created_at")))


def grants_on(row: ScopedModel) -> list[Granted]:
    """Return what people and roles were granted on this row."""
    grants = Grant.objects.filter(object_pk=str(row.pk)).select_related(*SHOWN)
    return [Granted(grant, WORDS[grant.name], row) for grant in grants]


def _with_rows(grants: Iterable[Grant]) -> Iterator[Granted]:
    """Look up the rows, each kind in one query; of one the reader may not see, nothing is told."""
    known = [grant for grant in grants if grant.name in GRANTABLE]
    rows: dict[str, ScopedModel] = {}
    for kind in {GRANTABLE[grant.name] for grant in known}:
        keys = [UUID(g.object_pk) for g in known if GRANTABLE[g.name] is kind]
        rows |= {str(row.pk): row for row in kind._default_manager.filter(pk__in=keys)}
    for grant in known:
        row = rows.get(grant.object_pk)
        reads = f"{grant.name.partition('.')[0]}.read"
        seen = row if row is not None and has_permission(reads, row) else None
        yield Granted(grant, WORDS[grant.name], seen)
