"""The keys callers present: what each may do, and which are no longer good."""

from dataclasses import dataclass

OPENAI_RUNTIME = "sk-demo-openai-runtime"
OPENAI_READ_ONLY = "sk-demo-openai-readonly"
OPENAI_NO_SCOPE = "sk-demo-openai-noscope"
OPENAI_REVOKED = "sk-demo-openai-revoked"
OPENAI_ADMIN = "sk-admin-demo-openai"
OPENAI_ADMIN_NO_USAGE = "sk-admin-demo-openai-nousage"
OPENAI_ADMIN_REVOKED = "sk-admin-demo-openai-revoked"
ANTHROPIC_RUNTIME = "sk-ant-api03-demo-runtime"
ANTHROPIC_READ_ONLY = "sk-ant-api03-demo-readonly"
ANTHROPIC_NO_SCOPE = "sk-ant-api03-demo-noscope"
ANTHROPIC_REVOKED = "sk-ant-api03-demo-revoked"
ANTHROPIC_ADMIN = "sk-ant-admin01-demo"
ANTHROPIC_ADMIN_NO_ANALYTICS = "sk-ant-admin01-demo-noanalytics"
ANTHROPIC_ADMIN_REVOKED = "sk-ant-admin01-demo-revoked"

MODELS = "models.read"
AGENTS_READ = "api.agents.read"
AGENTS_WRITE = "api.agents.write"
MANAGE = "api.management.read"
USAGE = "api.usage.read"

WORKSPACE_READ = "workspace:read"
WORKSPACE_WRITE = "workspace:write"
ORGANIZATION = "org:admin"
ANALYTICS = "read:analytics"
REPORTS = "read:usage_reports"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key may do. `admin` tells the two kinds of key apart."""

    admin: bool
    scopes: frozenset[str]
    revoked: bool = False


def _runtime(*scopes: str) -> Grant:
    return Grant(admin=False, scopes=frozenset(scopes))


def _admin(*scopes: str) -> Grant:
    return Grant(admin=True, scopes=frozenset(scopes))


_REVOKED = Grant(admin=False, scopes=frozenset(), revoked=True)

OPENAI_KEYS = {
    OPENAI_RUNTIME: _runtime(MODELS, AGENTS_READ, AGENTS_WRITE),
    OPENAI_READ_ONLY: _runtime(MODELS, AGENTS_READ),
    OPENAI_NO_SCOPE: _runtime(MODELS),
    OPENAI_REVOKED: _REVOKED,
    OPENAI_ADMIN: _admin(MANAGE, USAGE),
    OPENAI_ADMIN_NO_USAGE: _admin(MANAGE),
    OPENAI_ADMIN_REVOKED: _REVOKED,
}
ANTHROPIC_KEYS = {
    ANTHROPIC_RUNTIME: _runtime(WORKSPACE_READ, WORKSPACE_WRITE),
    ANTHROPIC_READ_ONLY: _runtime(WORKSPACE_READ),
    ANTHROPIC_NO_SCOPE: _runtime(),
    ANTHROPIC_REVOKED: _REVOKED,
    ANTHROPIC_ADMIN: _admin(ORGANIZATION, ANALYTICS, REPORTS),
    ANTHROPIC_ADMIN_NO_ANALYTICS: _admin(ORGANIZATION, REPORTS),
    ANTHROPIC_ADMIN_REVOKED: _REVOKED,
}
ADMIN_SCOPES = frozenset({MANAGE, USAGE, ORGANIZATION, ANALYTICS, REPORTS})


def hint(key: str) -> str:
    """Enough of a key to tell keys apart in a log, never the key."""
    return f"{key[:8]}…{key[-4:]}" if key else ""
