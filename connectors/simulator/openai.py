"""OpenAI's front door: keys, beta header, headers of the answer, the shape of errors."""

from connectors.simulator import calls, keys
from connectors.simulator.calls import (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_FOUND,
    UNAUTHORIZED,
    Answer,
    Bound,
    Call,
    Refused,
)
from connectors.simulator.changes import Json
from connectors.simulator.estate import OPENAI
from connectors.simulator.openai_admin import OpenAIAdmin
from connectors.simulator.openai_agents import OpenAIAgents
from connectors.simulator.openai_schedules import OpenAISchedules
from connectors.simulator.openai_sessions import OpenAISessions
from connectors.simulator.openai_usage import OpenAIUsage
from connectors.simulator.world import World

_SERVER_FAULT = 500
_TYPES = {429: "rate_limit_error", 500: "server_error", 503: "service_unavailable_error"}
_CODES = {401: "invalid_api_key", 403: "missing_scope", 429: "rate_limit_exceeded"}
_LIMIT = 500
_ORGANIZATION = "org-armdemo"


class OpenAI:
    """OpenAI's API under one prefix."""

    name = OPENAI
    base = "/openai/v1"

    def __init__(self, world: World) -> None:
        self.world = world
        parts = (
            OpenAIAgents(world),
            OpenAISchedules(world),
            OpenAISessions(world),
            OpenAIAdmin(world),
            OpenAIUsage(world),
        )
        self.routes = calls.table(parts)

    def key(self, call: Call) -> str:
        return call.headers.get("authorization", "").removeprefix("Bearer ").strip()

    def answer(self, call: Call) -> Answer:
        grant = self._grant(self.key(call))
        bound = calls.find(self.routes, call)
        if bound is None:
            message = f"Invalid URL ({call.method} /v1{call.path})"
            raise Refused(NOT_FOUND, message)
        self._allow(grant, bound)
        self._check_beta(bound, call)
        calls.check_params(bound, call)
        answer = bound.handler(call)
        return answer if isinstance(answer, Answer) else Answer(answer)

    def error(self, refused: Refused, request_id: str) -> Json:
        kind = _TYPES.get(refused.status, "invalid_request_error")
        if refused.status > _SERVER_FAULT and refused.status not in _TYPES:
            kind = "server_error"
        return {
            "error": {
                "message": refused.message,
                "type": kind,
                "param": refused.param,
                "code": refused.code or _CODES.get(refused.status),
            }
        }

    def headers(self, request_id: str, served: int) -> dict[str, str]:
        return {
            "x-request-id": f"req_{request_id}",
            "openai-version": "2020-10-01",
            "openai-organization": _ORGANIZATION,
            "openai-processing-ms": "7",
            "x-ratelimit-limit-requests": str(_LIMIT),
            "x-ratelimit-remaining-requests": str(_LIMIT - 1 - served % _LIMIT),
            "x-ratelimit-reset-requests": "120ms",
        }

    def _grant(self, key: str) -> keys.Grant:
        if not key:
            message = (
                "You didn't provide an API key. You need to provide your API key in an "
                "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
            )
            raise Refused(UNAUTHORIZED, message)
        grant = keys.OPENAI_KEYS.get(key)
        if grant is None or grant.revoked:
            message = f"Incorrect API key provided: {key[:7]}{'*' * 12}{key[-4:]}."
            raise Refused(UNAUTHORIZED, message, code="invalid_api_key")
        return grant

    def _allow(self, grant: keys.Grant, bound: Bound) -> None:
        scope = bound.route.scope
        if scope in grant.scopes:
            return
        message = (
            "You have insufficient permissions for this operation. "
            f"Missing scopes: {scope}. Check that you have the correct role in your organization, "
            "and if you're using a restricted API key, that it has the necessary scopes."
        )
        raise Refused(FORBIDDEN, message, code="missing_scope")

    def _check_beta(self, bound: Bound, call: Call) -> None:
        wanted = bound.route.betas
        sent = [part.strip() for part in call.headers.get("openai-beta", "").split(",")]
        if wanted and not set(wanted) & set(sent):
            message = (
                "You must provide the 'OpenAI-Beta' header to access the Agents API. Please try "
                f"again by setting the header 'OpenAI-Beta: {wanted[0]}'."
            )
            raise Refused(BAD_REQUEST, message, code="invalid_beta")
