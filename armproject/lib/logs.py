"""Logs: one JSON object a line, with the fields named here and no others.

What is not in `FIELDS` is left out, so a secret gets into a log only through a text that somebody
wrote; those are scrubbed as well.
"""

import logging
import logging.config
import sys
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import structlog

from armproject.lib import context
from armproject.lib.scrub import printable
from armproject.lib.traceback_text import traceback_text

Event = MutableMapping[str, Any]
WORD = 64  # bits of the largest whole number that JSON writers take

FIELDS = frozenset(
    {
        # every line
        "event",
        "level",
        "logger",
        "timestamp",
        "exception",
        # whose call it was
        "request_id",
        "trace_id",
        "span_id",
        "organization_id",
        "principal_kind",
        "principal_id",
        "user_id",
        "address",
        # HTTP, in and out
        "method",
        "route",
        "status",
        "ms",
        "host",
        "bytes",
        "retry_after",
        # errors
        "code",
        "fault",
        "reason",
        "sqlstate",
        "constraint",
        "table",
        # work
        "action",
        "attempt",
        "count",
        "items",
        "seconds",
        "job_id",
        "kind",
        "lane",
        "schedule",
        "task",
        "worker",
        # things, by id or by name
        "agent_id",
        "connection_id",
        "resource_id",
        "resource_type",
        "vendor",
        "version",
        "port",
    }
)
QUIET = (
    "httpx2",
    "httpcore2",
    "django.db",
    "django.template",
    "asyncio",
    "urllib3",
    "kombu",
    "amqp",
)


def configure_logging(level: str, *, json: bool) -> None:
    """Send everything that is logged, ours and that of libraries, through one door to stderr."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    logging.config.dictConfig(_stdlib(level, _as_json if json else _for_people()))


def add_context(_logger: Any, _method: str, event: Event) -> Event:
    """Say whose call this was: request, trace, organization, principal."""
    now = context.current()
    ours = {
        "request_id": now.request.request_id,
        "trace_id": now.request.trace_id,
        "span_id": now.request.span_id,
        "organization_id": now.organization_id,
    }
    if who := now.principal:
        ours |= {"principal_kind": who.kind.value, "principal_id": who.id, "user_id": who.user_id}
    for name, value in ours.items():
        if value:
            event.setdefault(name, value)
    return event


def show_exception(_logger: Any, _method: str, event: Event) -> Event:
    """Turn the exception of a line into text without local variables."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = traceback_text(error)
    return event


def keep_known_fields(_logger: Any, _method: str, event: Event) -> Event:
    """Leave out what is not in `FIELDS` and make the rest printable."""
    known = {name: _fit(value) for name, value in event.items() if name in FIELDS}
    if "exception" in event:
        known["exception"] = event["exception"]  # made printable line by line
    return known


def _fit(value: Any) -> Any:
    match value:
        case bool() | float() | None:
            return value
        case int() if value.bit_length() < WORD:
            return value
        case str():
            return printable(value)
        case UUID() | Decimal() | datetime():
            return str(value)
    return f"<{type(value).__name__}>"


class OnlyExceptions(logging.Filter):
    """Drops Django's line for every 4xx and 5xx answer: the access log has it already."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


def _stdlib(level: str, last: Any) -> dict[str, Any]:
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),  # `extra=` of lines that libraries and we write
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            show_exception,
            add_context,
            keep_known_fields,
            last,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"only_exceptions": {"()": OnlyExceptions}},
        "formatters": {"lines": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "django.request": {"filters": ["only_exceptions"]},
            "django.server": {"level": "WARNING"},
            **{name: {"level": "WARNING"} for name in QUIET},
        },
    }


def _for_people() -> Any:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _as_json(_logger: Any, _method: str, event: Mapping[str, Any]) -> str:
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS).decode()
