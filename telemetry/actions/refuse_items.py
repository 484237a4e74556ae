"""Refuse items, so that none of them is lost without a word."""

from collections.abc import Sequence

from telemetry.actions.count_rejections import count_rejections
from telemetry.actions.quarantine_items import DOOR, DROPPED, quarantine_items
from telemetry.records import Rejected


def refuse_items(door: str, rejected: Sequence[Rejected]) -> int:
    """Count refused items by their reason and keep them aside, in the caller's transaction.

    Returns how many are kept aside. What has to leave for them is counted, too.
    """
    if not rejected:
        return 0
    count_rejections(door, rejected)
    aside = quarantine_items(door, rejected)
    if aside.dropped:
        count_rejections(DOOR, [Rejected(0, DROPPED)] * aside.dropped)
    return aside.kept
