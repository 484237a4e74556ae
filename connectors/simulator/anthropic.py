"""Anthropic's front door: keys, version and beta headers, headers of the answer, errors."""

from connectors.simulator import calls, keys
from connectors.simulator.anthropic_admin import ORGANIZATION, AnthropicAdmin
from connectors.simulator.anthropic_agents import AnthropicAgents
from connectors.simulator.anthropic_analytics import AnthropicAnalytics
from connectors.simulator.anthropic_deployments import AnthropicDeployments
from connectors.simulator.anthropic_memory import AnthropicMemory
from connectors.simulator.anthropic_reports import AnthropicReports
from connectors.simulator.anthropic_sessions import AnthropicSessions
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
from connectors.simulator.clock import rfc3339
from connectors.simulator.estate import ANTHROPIC
from connectors.simulator.world import World

VERSIONS = ("2026-10-21", "2023-06-01")
_KINDS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_SERVER_FAULT = 500
_LIMIT = 1000
_MINUTE = 60


class Anthropic:
    """Anthropic's API under one prefix."""

    name = ANTHROPIC
    base = "/anthropic"

    def __init__(self, world: World) -> None:
        self.world = world
        parts = (
            AnthropicAgents(world),
            AnthropicDeployments(world),
            AnthropicSessions(world),
            AnthropicMemory(world),
            AnthropicAdmin(world),
            AnthropicAnalytics(world),
            AnthropicReports(world),
        )
        self.routes = calls.table(parts)

    def key(self, call: Call) -> str:
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return bearer or call.headers.get("x-api-key", "").strip()

    def answer(self, call: Call) -> Answer:
        if call.headers.get("anthropic-version") not in VERSIONS:
            sent = call.headers.get("anthropic-version")
            problem = "header is required" if sent is None else f"{sent!r} is not a valid version"
            raise Refused(BAD_REQUEST, f"anthropic-version: {problem}")
        grant = self._grant(self.key(call), call.now)
        bound = calls.find(self.routes, call)
        if bound is None:
            raise Refused(NOT_FOUND, "Not found")
        self._allow(grant, bound)
        self._check_beta(bound, call)
        calls.check_params(bound, call)
        answer = bound.handler(call)
        return answer if isinstance(answer, Answer) else Answer(answer)

    def error(self, refused: Refused, request_id: str) -> Json:
        usual = "api_error" if refused.status >= _SERVER_FAULT else "invalid_request_error"
        error: Json = {"type": _KINDS.get(refused.status, usual), "message": refused.message}
        if refused.status == FORBIDDEN and refused.code:
            error["details"] = {"error_code": refused.code}
        return {"type": "error", "error": error, "request_id": f"req_01{request_id}"}

    def headers(self, request_id: str, served: int) -> dict[str, str]:
        return {
            "request-id": f"req_01{request_id}",
            "anthropic-organization-id": ORGANIZATION,
            "anthropic-ratelimit-requests-limit": str(_LIMIT),
            "anthropic-ratelimit-requests-remaining": str(_LIMIT - 1 - served % _LIMIT),
            "anthropic-ratelimit-requests-reset": rfc3339(self.world.now() + _MINUTE),
        }

    def _grant(self, key: str, now: int) -> keys.Grant:
        if not key:
            raise Refused(UNAUTHORIZED, "x-api-key header is required")
        grant = keys.ANTHROPIC_KEYS.get(key)
        switched_off = key == keys.ANTHROPIC_RUNTIME and self.world.changes.paused(
            self.world.estates[ANTHROPIC].agent_keys[0].id, now
        )
        if grant is None or grant.revoked or switched_off:
            raise Refused(UNAUTHORIZED, "invalid x-api-key")
        return grant

    def _allow(self, grant: keys.Grant, bound: Bound) -> None:
        scope = bound.route.scope
        if scope in grant.scopes:
            return
        admin_wanted = scope in keys.ADMIN_SCOPES
        if grant.admin and not admin_wanted:
            raise Refused(
                UNAUTHORIZED, "invalid x-api-key: Admin API keys work for admin endpoints"
            )
        if admin_wanted and not grant.admin:
            message = "This endpoint requires an Admin API key; workspace keys are not accepted."
            raise Refused(FORBIDDEN, message, code="organization_level_scoped_api_key_required")
        message = f"The API key lacks the scope the request needs: {scope}."
        raise Refused(FORBIDDEN, message, code="api_key_scope_missing")

    def _check_beta(self, bound: Bound, call: Call) -> None:
        wanted = bound.route.betas
        sent = [part.strip() for part in call.headers.get("anthropic-beta", "").split(",")]
        if wanted and not set(wanted) & set(sent):
            message = (
                f"This endpoint is in beta: requests must send `{wanted[0]}` in the "
                "`anthropic-beta` header."
            )
            raise Refused(BAD_REQUEST, message)
