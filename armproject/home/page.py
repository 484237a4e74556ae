"""The home page as a whole: the panels a person may see, and those that changed since."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from accounts.models import Organization
from accounts.permissions import has_permission
from armproject.home.alerts import read_alerts
from armproject.home.connections import Connections, read_connections
from armproject.home.deeds import read_deeds
from armproject.home.fleet import read_fleet
from armproject.home.runs import Runs, read_runs
from armproject.home.spend import read_spend
from armproject.home.work import read_work


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel with what it shows; `mark` changes exactly when what it shows changes."""

    name: str
    place: str
    data: Any

    @property
    def mark(self) -> str:
        return f"{self.name}:{hashlib.sha256(repr(self.data).encode()).hexdigest()[:16]}"

    @property
    def template(self) -> str:
        return f"studio/home/{self.name}.html"


@dataclass(frozen=True, slots=True)
class Home:
    """What one person sees of one organization."""

    organization: str
    panels: tuple[Panel, ...]

    @property
    def top(self) -> list[Panel]:
        """Return what stands across the page."""
        return [panel for panel in self.panels if panel.place == "top"]

    def columns(self) -> Iterator[list[Panel]]:
        """Yield what stands below, side by side."""
        for place in ("left", "right"):
            if column := [panel for panel in self.panels if panel.place == place]:
                yield column

    @property
    def is_new(self) -> bool:
        """Whether nothing was connected yet, and nothing reports by itself."""
        shown = [panel.data for panel in self.panels]
        is_silent = all(data.is_empty for data in shown if isinstance(data, Runs))
        return is_silent and any(isinstance(data, Connections) and not data.total for data in shown)

    @property
    def connect_url(self) -> str:
        """Where to connect a vendor, for those who may."""
        may = has_permission("connections.write")
        return reverse("admin:connectors_connection_add") if may else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a panel stands, which permission shows it, and how it is read."""

    name: str
    place: str
    permission: str
    read: Callable[[Organization], Any]


READERS: Final = (
    Reader("fleet", "top", "agents.read", lambda organization: read_fleet()),
    Reader("spend", "top", "costs.read", read_spend),
    Reader("runs", "top", "runs.read", lambda organization: read_runs()),
    Reader("alerts", "left", "alerts.read", lambda organization: read_alerts()),
    Reader("deeds", "left", "audit.read", lambda organization: read_deeds()),
    Reader("connections", "right", "connections.read", lambda organization: read_connections()),
    Reader("work", "right", "jobs.read", lambda organization: read_work()),
)


def read_home() -> Home:
    """Read every panel the person's role allows."""
    organization = Organization.objects.current().first()
    if organization is None:
        return Home("", ())
    panels = (
        Panel(reader.name, reader.place, reader.read(organization))
        for reader in READERS
        if has_permission(reader.permission)
    )
    return Home(organization.name, tuple(panels))


def changed(seen: Collection[str]) -> tuple[Panel, ...]:
    """Return the panels that show something else than the page that names these marks."""
    return tuple(panel for panel in read_home().panels if panel.mark not in seen)
