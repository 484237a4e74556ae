"""Which memories a call may find."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.permissions import has_permission, require
from armproject.lib import context
from armproject.lib.errors import Forbidden, NotFound
from memory.gates import Effect, Reading, Verdict, Writing, judge_reading, judge_writing
from memory.models import Memory, MemoryQuerySet, OwnerType, SourceType, Visibility
from memory.owners import ORGANIZATION, Owner

# What somebody wrote or imported on purpose; the rest came up in conversations.
DELIBERATE = (SourceType.MANUAL, SourceType.IMPORT)
VOUCHED = Q(is_trusted=True) | Q(source_type__in=DELIBERATE)


@dataclass(frozen=True, slots=True)
class Reach:
    """The memories within reach of a caller.

    What belongs to one of `owners`, and what is shared with the organization; with
    `sees_private` everything. An agent whose run asks has the owners of its run and no more; for
    a user it finds of what others may have said only what somebody vouches for.
    """

    owners: frozenset[Owner] = frozenset({ORGANIZATION})
    sees_private: bool = False
    agent_id: UUID | None = None
    run_id: UUID | None = None

    def rows(self) -> MemoryQuerySet:
        """Return the memories within reach, in whatever state they are."""
        rows: MemoryQuerySet = Memory.objects.all()
        return rows if self.sees_private else rows.filter(self.condition())

    def condition(self) -> Q:
        """Return what a row must fulfil to be within reach."""
        shared = ~Q(visibility=Visibility.PRIVATE)
        if self.run_id is not None or self.agent_id is not None:
            # What others shared steers an agent only once somebody looked at it.
            shared &= Q(is_trusted=True)
        mine = Q()
        for owner in sorted(self.owners):
            own = Q(owner_type=owner.type, owner_id=owner.id)
            mine |= own & VOUCHED if self._serves_another(owner) else own
        return shared | mine

    def _serves_another(self, owner: Owner) -> bool:
        """Tell whether what it owns is read for a user and may come from another user's talk."""
        is_agent = self.run_id is not None or self.agent_id is not None
        is_for_user = is_agent and any(each.type == OwnerType.USER for each in self.owners)
        return is_for_user and owner.type not in (OwnerType.USER, OwnerType.RUN)

    def holds(self, memory: Memory) -> bool:
        """Tell whether a memory is within reach."""
        owner = Owner(memory.owner_type, memory.owner_id)
        is_vouched = memory.is_trusted or memory.source_type in DELIBERATE
        is_own = owner in self.owners and (is_vouched or not self._serves_another(owner))
        if self.sees_private or is_own:
            return True
        is_agent = self.run_id is not None or self.agent_id is not None
        is_shared = memory.visibility != Visibility.PRIVATE
        return is_shared and (memory.is_trusted or not is_agent)


def reach_of_call() -> Reach:
    """Return what whoever calls may find: their own, what is shared, or everything."""
    if has_permission("memories.read_private"):
        return Reach(sees_private=True)
    principal = context.principal()
    user_id = principal.user_id if principal is not None else None
    if user_id is None:
        return Reach()
    names = {str(user_id), *User.objects.filter(pk=user_id).values_list("email", flat=True)}
    own = frozenset(Owner(OwnerType.USER, name) for name in names)
    return Reach(owners=own | {ORGANIZATION})


def require_reading(how: str, reach: Reach, owners: frozenset[Owner] = frozenset()) -> None:
    """Let a reading pass that the caller's role and every gate allow, or raise Forbidden."""
    require("memories.read")
    verdict = judge_reading(
        Reading(how=how, owners=owners, agent_id=reach.agent_id, run_id=reach.run_id)
    )
    if verdict.effect != Effect.ALLOW:
        raise Forbidden(" ".join(verdict.reasons) or "A rule does not allow this.")


def require_writing(writing: Writing) -> Verdict:
    """Return what the gates say of something to be kept; raises Forbidden where one denies."""
    verdict = judge_writing(writing)
    if verdict.effect == Effect.DENY:
        raise Forbidden(" ".join(verdict.reasons) or "A rule does not allow this to be kept.")
    return verdict


def require_within(memory: Memory, reach: Reach | None = None) -> None:
    """Let those pass who may find the memory; for others there is none."""
    if not (reach or reach_of_call()).holds(memory):
        raise NotFound("There is no such memory.")


def users_within(reach: Reach) -> frozenset[str] | None:
    """Return the users whose preferences are within reach; None means everybody's."""
    if reach.sees_private:
        return None
    return frozenset(owner.id for owner in reach.owners if owner.type == OwnerType.USER)
