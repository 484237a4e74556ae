"""What is done once the answer has gone out, so that its time tells nothing of it."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import structlog
from django.http.response import HttpResponseBase

from armproject.lib import context

log = structlog.get_logger(__name__)

Work = Callable[[], Any]

_waiting: ContextVar[list[Work] | None] = ContextVar("arm_afterwards", default=None)


def afterwards(work: Work) -> None:
    """Do this, in the context of now, when the request has been answered; elsewhere at once.

    Only what may be lost belongs here: a process that dies in between does not do it.
    """
    waiting = _waiting.get()
    if waiting is None:
        work()
        return
    now = context.current()

    def in_context() -> None:
        with context.use(now):
            work()

    waiting.append(in_context)


def answering(answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Return the answer; what it puts off is done when the server closes it."""
    waiting: list[Work] = []
    token = _waiting.set(waiting)
    try:
        response = answer()
    finally:
        _waiting.reset(token)
    if waiting:
        _do_on_close(response, waiting)
    return response


def _do_on_close(response: HttpResponseBase, waiting: list[Work]) -> None:
    close = response.close

    def do_and_close() -> None:
        while waiting:
            _do(waiting.pop(0))
        close()

    response.close = do_and_close  # type: ignore[method-assign]


def _do(work: Work) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the answer is out; nobody is left to be told
        log.warning("afterwards_failed", fault=type(error).__name__)
