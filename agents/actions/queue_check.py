"""Queue the health check of a few agents."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from accounts.fence import acting, current_organization_id
from accounts.permissions import schedule
from accounts.roles import PERMISSIONS
from jobs.actions.enqueue import enqueue

KIND = "agents.check"


def queue_check(
    ids: Sequence[UUID],
    *,
    vendor: str = "",
    dedupe_key: str = "",
    after: timedelta | None = None,
) -> None:
    """Queue the check of one batch of agents, in the lane of the vendor that is asked.

    Checks follow from other things that were allowed, a discovery or a heartbeat, so they run in
    the name of the clock and not with the rights of who happened to set them off.
    """
    with acting(schedule(KIND), current_organization_id(), PERMISSIONS):
        enqueue(
            KIND,
            {"agents": [str(each) for each in ids]},
            dedupe_key=dedupe_key,
            lane=f"vendor:{vendor}" if vendor else "local",
            run_after=after,
        )
