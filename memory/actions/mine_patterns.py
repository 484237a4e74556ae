"""Mine patterns from what is remembered of sessions."""

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import DomainError, Forbidden, NotFound
from memory.actions.ask_model import ask_model
from memory.actions.write_proactive import write_proactive
from memory.block import Note
from memory.finding import opened
from memory.learning.answers import Pattern, read_patterns
from memory.learning.patterns import Episode, Recurring, recurring
from memory.learning.prompts import to_mine
from memory.models import LearningSetting, Memory, SourceType, Store
from memory.owners import Owner

MOST_EPISODES = 60
# Of what comes back most, so much is also suggested.
MOST_SUGGESTED = 3
SUGGESTION = "suggestion"


def mine_patterns(owner: Owner, setting: LearningSetting | None) -> int:
    """Note what keeps coming back in an owner's sessions, and what may help next time.

    Names are counted; a model, where there is one and its budget allows, names more. Returns how
    many patterns were written or brought up to date. Call it outside transactions.
    """
    require("memories.write")
    with fenced():
        rows = _newest(owner)
    episodes = [Episode(str(row.pk), text, _names(row)) for row, text in rows]
    found = [(each, row_ids) for each, row_ids in _counted(episodes)]
    found += [(each, ()) for each in _named(rows, setting)]
    with fenced():
        by_id = {str(row.pk): row.pk for row, _ in rows}
        return sum(
            _keep(owner, pattern, subject, tuple(by_id[each] for each in ids))
            for (pattern, subject), ids in found
        )


def _newest(owner: Owner) -> list[tuple[Memory, str]]:
    rows = Memory.objects.present().owned_by(owner.type, owner.id).filter(store=Store.EPISODIC)
    newest = rows.filter(is_locked=False).order_by("-created_at", "-id")[:MOST_EPISODES]
    return [(row, text) for row in newest if (text := opened(row))]


def _names(row: Memory) -> tuple[str, ...]:
    return tuple(str(each) for each in row.metadata.get("key_entities", ()))


def _counted(episodes: list[Episode]) -> list[tuple[tuple[Pattern, str], tuple[str, ...]]]:
    """Return topics that come back, and suggestions about the most frequent of them."""
    back = recurring(episodes)
    topics = [((_topic(each, len(episodes)), each.name), each.episodes) for each in back]
    suggested = [((_suggestion(each), each.name), each.episodes) for each in back[:MOST_SUGGESTED]]
    return topics + suggested


def _topic(each: Recurring, total: int) -> Pattern:
    text = f"{each.name} came up in {len(each.episodes)} of the last {total} sessions."
    return Pattern("topic", text, each.confidence)


def _suggestion(each: Recurring) -> Pattern:
    text = f"{each.name} is likely to come up again."
    return Pattern(SUGGESTION, text, each.confidence)


def _named(
    rows: list[tuple[Memory, str]], setting: LearningSetting | None
) -> list[tuple[Pattern, str]]:
    """Return what a model names, nothing where there is none or it fails: counting goes on."""
    if setting is None or not setting.has_model or len(rows) < 2:  # noqa: PLR2004 - one shows nothing
        return []
    notes = [Note(text, when=f"{row.created_at:%Y-%m-%d}") for row, text in reversed(rows)]
    try:
        patterns = read_patterns(ask_model(setting, to_mine(notes)))
    except DomainError:
        return []
    return [(pattern, pattern.description) for pattern in patterns]


def _keep(owner: Owner, pattern: Pattern, subject: str, parents: tuple[object, ...]) -> bool:
    try:
        with fenced():
            write_proactive(
                owner,
                pattern_type=pattern.pattern_type,
                description=pattern.description,
                subject=subject,
                confidence=pattern.confidence,
                source_type=SourceType.INFERENCE,
                parents=parents,
            )
    except (Forbidden, NotFound):
        return False
    return True
