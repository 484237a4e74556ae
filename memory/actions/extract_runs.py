"""Learn from finished runs."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.errors import Conflict, DomainError
from memory.actions.ask_model import BudgetSpent
from memory.actions.book_call import SOURCE
from memory.actions.extract import extract
from memory.actions.keep_extracted import Source
from memory.learning.prompts import Turn
from memory.models import Extraction, LearningSetting, OwnerType
from memory.owners import Owner
from telemetry.actions.read_conversation import read_conversation
from telemetry.models import Message, Run, RunStatus

MOST = 20
BACK = timedelta(days=2)
# So many failures in a row are the endpoint's, not the runs'.
PATIENCE = 3


def extract_runs() -> int:
    """Look through finished runs whose content is kept, each once, where the setting says so.

    Up to twenty at a time, as long as the day's budget lasts. Returns how many were. Call it
    outside transactions.
    """
    require("memories.write")
    done = failed = 0
    with fenced():
        runs = list(_waiting())
    for run in runs:
        try:
            done += extract_run(run)
            failed = 0
        except BudgetSpent:
            _forget_attempt(run)
            break
        except DomainError:
            failed += 1
            if failed == PATIENCE:
                break
    return done


def extract_run(run: Run) -> bool:
    """Look through one run; False where nothing of it is kept, or another worker was first."""
    with fenced():
        turns = turns_of(run)
        source = source_of(run)
    if not turns:
        return False
    try:
        extract(turns, source)
    except Conflict:
        return False
    return True


def turns_of(run: Run) -> list[Turn]:
    """Return what people and the agent said in a run, opened; reading it is recorded."""
    turns = []
    for said in read_conversation(run).messages:
        texts = [part.get("content") for part in said.parts if part.get("type") == "text"]
        if words := "\n".join(text for text in texts if isinstance(text, str)):
            turns.append(Turn(said.role, words))
    return [turn for turn in turns if turn.role in ("user", "assistant")]


def source_of(run: Run) -> Source:
    """Return whose a run is: its user's, else its agent's; else what is learned is the run's."""
    agent = run.source.agent
    owner = Owner(OwnerType.RUN, str(run.pk))
    if run.end_user:
        owner = Owner(OwnerType.USER, run.end_user[:200])
    elif agent is not None:
        owner = Owner(OwnerType.AGENT, str(agent.pk))
    return Source(owner, agent, run.conversation[:200], run.pk)


def _waiting() -> Iterator[Run]:
    """Yield finished runs that are to be looked through and were not, the newest first."""
    settings = list(LearningSetting.objects.all())
    if not any(each.extracts for each in settings):
        return
    by_agent = {each.agent_id: each for each in settings}
    rows = (
        Run.objects.filter(started_at__gte=timezone.now() - BACK)
        .exclude(status=RunStatus.RUNNING)
        .exclude(source__service=SOURCE)
        .filter(Exists(Message.objects.filter(run_id=OuterRef("pk"))))
        .filter(~Exists(Extraction.objects.filter(run_id=OuterRef("pk"))))
        .select_related("source__agent")
    )
    found = 0
    for run in rows.order_by("-started_at", "-id")[: 10 * MOST]:
        setting = by_agent.get(run.source.agent_id) or by_agent.get(None)
        if setting is not None and setting.extracts and found < MOST:
            found += 1
            yield run


def _forget_attempt(run: Run) -> None:
    """Let a run be tried again that only the budget stopped."""
    with fenced():
        Extraction.objects.filter(run_id=run.pk).delete()
