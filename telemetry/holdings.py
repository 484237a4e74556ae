"""What telemetry holds about people: for whom agents worked, as agents tell it."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from accounts.registry import Holding, Row
from telemetry.models import Quarantined, Run


def runs_for_people() -> Holding:
    """Return the holding of runs that name the person an agent worked for."""
    return Holding("runs", "Runs of agents for them", _report, _erase)


def _rows(user: User) -> Any:
    names = {user.email, str(user), str(user.pk)}
    return Run.objects.filter(end_user__in=names)


def _report(user: User) -> Iterable[Row]:
    if number := _rows(user).count():
        yield {"what": "Runs an agent did for them", "rows": number}


def _erase(user: User) -> int:
    return int(_rows(user).update(end_user=""))


def quarantine_about_people() -> Holding:
    """Return the holding of what was put aside and names somebody; it is opened to find out."""
    return Holding("quarantine", "What could not be kept", _report_aside, _erase_aside)


def _aside(user: User) -> Iterable[Quarantined]:
    names = (user.email, str(user.pk))
    for item in Quarantined.objects.all().iterator(chunk_size=50):
        sent = item.open()
        if any(name in sent for name in names):
            yield item


def _report_aside(user: User) -> Iterable[Row]:
    if number := sum(1 for _ in _aside(user)):
        yield {"what": "Items in quarantine that name them", "rows": number}


def _erase_aside(user: User) -> int:
    found = [item.pk for item in _aside(user)]
    return int(Quarantined.objects.filter(pk__in=found).delete()[0])
