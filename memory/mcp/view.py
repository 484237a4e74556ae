"""Where agents connect: streamable HTTP, stateless, each answer one JSON document."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import structlog
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from armproject.lib.errors import DomainError
from memory import toolbox
from memory.actions.use_tool import use_tool
from memory.models import Offer
from memory.speaking import Speaker, speaker_of

log = structlog.get_logger(__name__)

VERSION = "1"
PASSED_ON = ("accept", "content-type")
PREFIX = "mcp-"


class McpView(APIView):
    """The memory tools over the Model Context Protocol.

    The program tells by headers for whom it connects: `X-ARM-Agent`, `X-ARM-Run`, `X-ARM-User`.
    """

    permissions: ClassVar = {"post": "memories.use"}
    schema = None  # its messages are described by the protocol, not by ours
    max_body_bytes = 256 * 2**10

    def post(self, request: Request) -> HttpResponse:
        """Answer one message of the protocol."""
        from memory.mcp.bridge import exchange  # noqa: PLC0415 - what it needs takes seconds
        from memory.mcp.server import app_of  # noqa: PLC0415

        def offered() -> Iterable[toolbox.Tool]:
            return [toolbox.TOOLS[name] for name in Offer.objects.tools_of(_speaker(request).agent)]

        def use(name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
            return use_tool(name, arguments, _speaker(request))

        body = json.dumps(request.data).encode()
        reply = exchange(app_of(_noted(offered), _noted(use), VERSION), _headers(request), body)
        answer = HttpResponse(reply.body, status=int(reply.status))
        for name, value in reply.headers:
            answer.headers[name] = value
        return answer


def _noted(work: Any) -> Any:
    """Return the work with what fails unexpectedly noted in the log; the model is not told it."""

    def done(*args: Any) -> Any:
        try:
            return work(*args)
        except DomainError:
            raise
        except Exception:
            log.exception("memory_tool_failed")
            raise DomainError("This did not work; the reason is in ARM's log.") from None

    return done


def _speaker(request: Request) -> Speaker:
    told = request.headers
    return speaker_of(
        agent=told.get("X-ARM-Agent", ""),
        run=told.get("X-ARM-Run", ""),
        user=told.get("X-ARM-User", ""),
    )


def _headers(request: Request) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in request.headers.items()
        if name.lower() in PASSED_ON or name.lower().startswith(PREFIX)
    ]
