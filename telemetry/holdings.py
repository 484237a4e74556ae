"""What telemetry holds about people: for whom agents worked, as agents tell it."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from accounts.registry import Holding, Row
from telemetry.models import Run


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
