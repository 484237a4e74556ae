"""A person at the gate: what they type, what they receive, and the clock of their authenticator."""

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail

from accounts.fence import acting
from accounts.models import User
from accounts.permissions import system
from accounts.signin import second_factor
from jobs.actions.run_job import run_job
from jobs.models import Job
from tests.cast import PASSWORD, Api, House


def login(email: str, password: str = PASSWORD, **more: Any) -> Any:
    return Api().post("/auth/login", {"email": email, "password": password, **more})


def signed_in(email: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    """Return the tokens of a sign-in that works."""
    answer = login(email, password, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def session(email: str, **more: Any) -> Api:
    """Return a client that calls with the access token of a fresh sign-in."""
    return Api(signed_in(email, **more)["access_token"])


def error(answer: Any) -> str:
    return answer.json()["error"]["code"]


def post_out(house: House) -> None:
    """Do the jobs that carry letters, as a worker would."""
    with acting(system("test"), house.organization.pk, frozenset()):
        from accounts.fence import fenced

        with fenced():
            waiting = list(Job.objects.filter(kind__startswith="accounts.send", state="pending"))
    for job in waiting:
        run_job(job.pk, job.organization_id)


def last_link(name: str) -> str:
    """Return the token of the latest such link in a mail."""
    found: list[str] = re.findall(
        rf"/studio/{name}\?token=(\S+)", "\n".join(str(letter.body) for letter in mail.outbox)
    )
    return found[-1]


def code_of(secret: str, ahead: int = 0) -> str:
    """Return what an authenticator shows now, or some steps ahead."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def enrol(user: User, *, step: int = 0) -> tuple[str, list[str]]:
    """Give the person a second factor; return its secret and the recovery codes."""
    secret, _ = second_factor.draw_secret(user)
    return secret, second_factor.enrol(user, secret, step)
