"""Learn from a call after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import DomainError
from memory.actions.ask_model import NO_MODEL
from memory.actions.extract import Outcome, extract
from memory.actions.keep_extracted import Source
from memory.actions.remember_many import Kept, remember_many
from memory.entries import Draft
from memory.learning.prompts import Turn
from memory.models import LearningSetting


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was kept because it was written, what the model decided, and else why it did not."""

    written: list[Kept]
    outcome: Outcome | None
    reason: str = ""


def learn(turns: Sequence[Turn], source: Source, *, writes: Sequence[Draft] = ()) -> Lesson:
    """Keep what is written explicitly, and what the configured model finds worth remembering.

    Without a model nothing is guessed. When it fails, or its budget is spent, what was written
    stands and the reason is told. Call it outside transactions.
    """
    require("memories.write")
    with fenced():
        written = remember_many([_placed(draft, source) for draft in writes]) if writes else []
        setting = LearningSetting.objects.for_agent(source.agent.pk if source.agent else None)
    if setting is None or not setting.has_model:
        return Lesson(written, None, NO_MODEL)
    if not turns:
        return Lesson(written, None, "There was nothing said to learn from.")
    try:
        return Lesson(written, extract(turns, source))
    except DomainError as error:
        return Lesson(written, None, error.message)


def _placed(draft: Draft, source: Source) -> Draft:
    """Return the draft with where it came from, where it does not say so itself."""
    return replace(
        draft,
        agent=draft.agent or source.agent,
        run_id=draft.run_id or source.run_id,
        source_id=draft.source_id or source.source_id,
    )
