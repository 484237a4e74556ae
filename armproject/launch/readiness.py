"""Waits until a program that was started answers as it should."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from armproject.launch.trouble import Trouble
from armproject.lib.supervisor import GaveUp, Supervisor

PATIENCE: Final = 90.0  # seconds; a busy small machine imports slowly
HOPELESS: Final = 3  # deaths while somebody waits


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where nothing did."""

    status: int = 0
    body: bytes = b""


def answers(answer: Answer) -> bool:
    """Accept any answer at all."""
    return answer.status != 0


def is_healthy(answer: Answer) -> bool:
    """Accept the health page of a server that can serve requests."""
    return answer.status == HTTPStatus.OK


def work_is_done(answer: Answer) -> bool:
    """Accept the health page once beat has sent a message and a worker has done its work."""
    return is_healthy(answer) and json.loads(answer.body)["data"]["work"] == "on time"


def wait_until(good: Callable[[Answer], bool], supervisor: Supervisor, name: str, url: str) -> None:
    """Return once the URL answers well; give the last words of `name` where it never does."""
    deadline = time.monotonic() + PATIENCE
    while not good(answer := _ask(url)):
        if supervisor.deaths(name) >= HOPELESS:
            raise GaveUp(name, supervisor.last_lines(name))
        if time.monotonic() > deadline:
            said = f"status {answer.status}" if answer.status else "no answer"
            raise Trouble(
                f"{name} is not ready after {PATIENCE:g} seconds ({said}).",
                supervisor.last_lines(name),
            )
        time.sleep(0.1)


def _ask(url: str) -> Answer:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", f"/{path}")
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException):
        return Answer()
    finally:
        connection.close()
