"""How the API reads, answers and describes itself."""

from typing import Any

from armproject.lib.rest.schema import SPECTACULAR

REST: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.scoping.authentication.RequestPrincipal"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.scoping.authentication.DeclaredPermission"],
    "DEFAULT_RENDERER_CLASSES": [
        "armproject.lib.rest.envelope.EnvelopeRenderer",
        "armproject.lib.rest.envelope.EnvelopeBrowsableRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["armproject.lib.rest.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "armproject.lib.rest.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": [
        "armproject.lib.rest.filters.StrictQuery",
        "django_filters.rest_framework.DjangoFilterBackend",
        "armproject.lib.rest.filters.TextSearch",
        "armproject.lib.rest.filters.Ordering",
    ],
    "DEFAULT_SCHEMA_CLASS": "armproject.lib.rest.autoschema.EnvelopeSchema",
    "DEFAULT_METADATA_CLASS": "armproject.lib.rest.metadata.PathMetadata",
    "EXCEPTION_HANDLER": "armproject.lib.rest.errors.handle_exception",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": None,
}
DESCRIPTION = {
    **SPECTACULAR,
    # The same field name stands for different sets of words; each set has one name.
    "ENUM_NAME_OVERRIDES": {
        "AgentStatusEnum": "agents.models.AgentStatus",
        "AgentTypeEnum": "agents.models.AgentType",
        "HealthEnum": "agents.models.Health",
        "ConnectionStatusEnum": "connectors.models.ConnectionStatus",
        "ContentModeEnum": "telemetry.models.ContentMode",
        "AlertRuleModeEnum": "governance.models.alert_rule.RuleMode",
        "SyncKindEnum": "connectors.models.SyncKind",
        "SyncStateEnum": "connectors.models.SyncState",
        "JobStateEnum": "jobs.models.JobState",
        "SubscriptionStateEnum": "jobs.models.SubscriptionState",
        "DeliveryStateEnum": "jobs.models.DeliveryState",
        "RoleEnum": "accounts.roles.Role",
        "PermissionEnum": "accounts.roles.CHOICES",
        "AgentChangeKindEnum": "agents.models.agent_change.ChangeKind",
        "AlertStateEnum": "governance.models.AlertState",
        "AlertEventKindEnum": "governance.models.AlertEventKind",
        "ChannelKindEnum": "governance.models.ChannelKind",
        "VerificationStateEnum": "governance.models.VerificationState",
        "MemoryKindEnum": "memory.models.Kind",
        "MemorySourceTypeEnum": "memory.models.SourceType",
        "MemoryStateEnum": "memory.models.MemoryState",
        "MemoryUseKindEnum": "memory.models.UseKind",
        "ExtractionStateEnum": "memory.models.ExtractionState",
        "NotificationStateEnum": "governance.models.NotificationState",
    },
}
