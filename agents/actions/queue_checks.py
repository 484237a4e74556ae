"""Queue the health checks of many agents."""

from collections.abc import Sequence
from itertools import groupby

from agents.actions.queue_check import queue_check
from agents.models import Agent

BATCH = 50


def queue_checks(agents: Sequence[Agent]) -> int:
    """Queue the check of these agents now, in batches of one connection; return how many."""
    number = 0
    ordered = sorted(agents, key=lambda agent: (str(agent.connection_id), agent.pk))
    for connection_id, group in groupby(ordered, key=lambda agent: agent.connection_id):
        same = list(group)
        for start in range(0, len(same), BATCH):
            batch = same[start : start + BATCH]
            vendor = batch[0].vendor if connection_id else ""
            queue_check([agent.pk for agent in batch], vendor=vendor)
            number += 1
    return number
