"""What was said, for the pages of runs and of conversations."""

from typing import Any

from accounts.permissions import has_permission
from telemetry.actions.read_conversation import read_conversation
from telemetry.actions.read_session import read_session
from telemetry.models import Run
from telemetry.reports.content_modes import mode_of
from telemetry.reports.session import Episode, runs_of
from telemetry.reports.turns import turns


def said(run: Run, *, is_asked: bool) -> dict[str, Any]:
    """Return what the page of a run shows of its content: only what was asked for is opened."""
    may_read = has_permission("contents.read")
    mode = mode_of(run.source)
    context = {
        "may_read": may_read,
        "may_decide": has_permission("contents.write"),
        "mode": mode,
        "mode_words": mode.label.lower(),
        "is_read": is_asked and may_read,
    }
    if not (is_asked and may_read):
        return context
    found = read_conversation(run)
    return {**context, "found": found, "turns": turns(found)}


def session(name: str, *, is_asked: bool) -> list[Episode]:
    """Return the runs of a conversation, with what was said in them where that was asked for."""
    if is_asked and has_permission("contents.read"):
        return read_session(name)
    return [Episode(run, []) for run in runs_of(name)] if name else []
