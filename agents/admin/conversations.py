"""What agents said, session by session, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Interaction

ROLES = {"user": "User", "assistant": "Agent", "tool": "Tool", "system": "System"}
ICONS = {
    "message": "chat_bubble",
    "reasoning": "psychology",
    "tool_call": "build",
    "tool_result": "output",
    "error": "error",
}
LONG = 600


@dataclass(frozen=True, slots=True)
class Step:
    """One step, ready to be shown; `is_long` text is folded."""

    at: datetime | None
    who: str
    role: str
    kind: str
    icon: str
    text: str
    error: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """One session, its steps in the order in which they happened."""

    session: str
    steps: tuple[Step, ...]

    @property
    def at(self) -> datetime | None:
        """When it was last heard of."""
        return max((step.at for step in self.steps if step.at), default=None)


def conversations(steps: Sequence[Interaction]) -> list[Conversation]:
    """Return the sessions of these steps, the newest first; steps come newest first, too."""
    by_session: dict[str, list[Interaction]] = {}
    for step in steps:
        by_session.setdefault(step.session, []).append(step)
    return [
        Conversation(session, tuple(_shown(step) for step in reversed(same)))
        for session, same in by_session.items()
    ]


def _shown(step: Interaction) -> Step:
    return Step(
        at=step.at,
        who=ROLES.get(step.role, step.role.capitalize() or "Agent"),
        role=step.role if step.role in ROLES else "system",
        kind=step.kind.replace("_", " "),
        icon=ICONS.get(step.kind, "more_horiz"),
        text=step.text,
        error=step.error,
        is_long=len(step.text) > LONG,
    )
