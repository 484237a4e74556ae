"""What a run was asked in the first place."""

from telemetry.models import Run
from telemetry.reports.conversation import conversation

USER = "user"


def asked_of(run: Run) -> str:
    """Return the words of the user with which a run began; empty where they are not kept whole."""
    first = next((said for said in conversation(run).messages if said.role == USER), None)
    if first is None or first.is_cut:
        return ""
    words = (part.get("content") for part in first.parts if part.get("type") == "text")
    return "\n".join(word for word in words if isinstance(word, str))
