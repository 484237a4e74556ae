"""Figures for who watches ARM from outside, in the form Prometheus reads.

Events are counted where they happen (`counter`, `histogram`): each process keeps its counts in
files that outlive it, and a page adds them up. What stands in rows is asked of the database when
somebody looks (`of_installation`, `of_organization`); an app declares its own when it loads.
Nothing is told of an organization, a person or an agent by name or id.
"""

from armproject.lib.metrics.counting import (
    DURATIONS,
    Few,
    counted,
    counter,
    histogram,
    process_holders,
)
from armproject.lib.metrics.growing import Growing
from armproject.lib.metrics.latest import Latest
from armproject.lib.metrics.registry import of_installation, of_organization, read_all, readers_for

__all__ = [
    "DURATIONS",
    "Few",
    "Growing",
    "Latest",
    "counted",
    "counter",
    "histogram",
    "of_installation",
    "of_organization",
    "process_holders",
    "read_all",
    "readers_for",
]
