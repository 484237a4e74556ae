"""What telemetry holds about people: for whom agents worked, what was said then, and feedback."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from accounts.registry import Holding, Row
from telemetry import putaside
from telemetry.models import Feedback, Message, Quarantined, Run, SpanContent


def runs_for_people() -> Holding:
    """Return the holding of runs that name the person an agent worked for."""
    return Holding("runs", "Runs of agents for them", _report, _erase)


def contents_for_people() -> Holding:
    """Return the holding of what was said in runs for a person; it goes before the runs do."""
    label = "What was said in runs for them"
    return Holding("contents", label, _report_contents, _erase_contents)


def feedback_of_people() -> Holding:
    """Return the holding of what people said of agents."""
    return Holding("feedback", "Feedback they gave", _report_feedback, _erase_feedback)


def _names(user: User) -> set[str]:
    """Return what apps may call a person, in small letters: each writes addresses as it likes."""
    return {name.lower() for name in (user.email, str(user), str(user.pk))}


def _rows(user: User) -> Any:
    return Run.objects.alias(who=Lower("end_user")).filter(who__in=_names(user))


def _report(user: User) -> Iterable[Row]:
    if number := _rows(user).count():
        yield {"what": "Runs an agent did for them", "rows": number}


def _erase(user: User) -> int:
    """Take the person out of runs; errors may quote what they said, conversations bear names."""
    Run.objects.filter(conversation__icontains=user.email).update(conversation="")
    return int(_rows(user).update(end_user="", error_message=""))


def quarantine_about_people() -> Holding:
    """Return the holding of what was put aside and names somebody; it is opened to find out."""
    return Holding("quarantine", "What could not be kept", _report_aside, _erase_aside)


def _aside(user: User) -> Iterable[Quarantined]:
    for item in Quarantined.objects.all().iterator(chunk_size=50):
        sent = putaside.words(item.open())
        if any(name in sent for name in _names_aside(user)):
            yield item


def _names_aside(user: User) -> tuple[str, ...]:
    return user.email.casefold(), str(user.pk)


def _report_aside(user: User) -> Iterable[Row]:
    if number := sum(1 for _ in _aside(user)):
        yield {"what": "Items in quarantine that name them", "rows": number}


def _erase_aside(user: User) -> int:
    """Take out what names them; of records that were put aside together the others stay."""
    found = list(_aside(user))
    for item in found:
        if left := putaside.without(item.open(), _names_aside(user)):
            item.keep(left)
            item.save(update_fields=["size", "body_sealed"])
        else:
            item.delete()
    return len(found)


def _contents(user: User) -> Any:
    return SpanContent.objects.filter(run_id__in=_rows(user).order_by().values("pk"))


def _report_contents(user: User) -> Iterable[Row]:
    if number := _contents(user).count():
        yield {"what": "Steps of those runs with what was said, kept sealed", "rows": number}


def _erase_contents(user: User) -> int:
    runs = _rows(user).order_by().values("pk")
    said = Message.objects.filter(run_id__in=runs).delete()[0]
    return int(_contents(user).delete()[0] + said)


def _feedback(user: User) -> Any:
    rows = Feedback.objects.alias(who=Lower("end_user"))
    return rows.filter(Q(who__in=_names(user)) | Q(member_id=user.pk))


def _report_feedback(user: User) -> Iterable[Row]:
    for row in _feedback(user).order_by("created_at"):
        yield {"given": row.created_at, "what": str(row), "comment": row.comment}


def _erase_feedback(user: User) -> int:
    return int(_feedback(user).update(end_user="", member=None, comment_sealed=None))
