"""Agent: one AI agent of the organization, wherever it lives."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar, cast

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from connectors.base import AgentRef
from connectors.models import Connection, SyncKind, SyncRun, SyncState

# What sorts where nothing is known: no score sorts below 0, and never before every moment.
NO_SCORE = -1
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
LISTED = models.Q(removed_at=None, vanished_at=None)
VANISHED = models.Q(removed_at=None) & ~models.Q(vanished_at=None)
FILTERED = (
    "vendor",
    "status",
    "type",
    "health",
    "environment",
    "owner",
    "connection",
    "model",
    "cost_center",
)
SORTED = ("name", "known_score", "known_activity")


class AgentType(models.TextChoices):
    ASSISTANT = "assistant", "Assistant"
    CHAT = "chat", "Chat"
    COMPLETION = "completion", "Completion"
    CUSTOM = "custom", "Custom"


class AgentStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ERROR = "error", "Error"
    UNKNOWN = "unknown", "Unknown"


class Health(models.TextChoices):
    HEALTHY = "healthy", "Healthy"
    DEGRADED = "degraded", "Degraded"
    DOWN = "down", "Down"
    UNKNOWN = "unknown", "Unknown"


class Environment(models.TextChoices):
    PRODUCTION = "production", "Production"
    STAGING = "staging", "Staging"
    DEVELOPMENT = "development", "Development"
    UNSET = "", "Not set"


# How an agent of the customer's own came to be known, where no vendor lists it.
REGISTERED = "registered"
REGISTRATION = "registration"
TELEMETRY = "telemetry"
OWN = (REGISTERED, REGISTRATION, TELEMETRY)


class AgentQuerySet(ScopedQuerySet["Agent"]):
    def present(self) -> "AgentQuerySet":
        """Return the agents that have not vanished from their vendor."""
        return self.filter(vanished_at=None)

    def vanished(self) -> "AgentQuerySet":
        """Return the agents whose vendor no longer lists them."""
        return self.exclude(vanished_at=None)

    def introduced_since(self, moment: datetime) -> "AgentQuerySet":
        """Return those who came into the inventory by their own telemetry alone."""
        return self.filter(discovered_via=TELEMETRY, created_at__gte=moment)


class Inventory(ScopedManager.from_queryset(AgentQuerySet)):  # type: ignore[misc]
    """Shows the agents of the inventory: all but those that people have removed from it."""

    def get_queryset(self) -> AgentQuerySet:
        return cast(AgentQuerySet, super().get_queryset().filter(removed_at=None))


class Agent(ScopedModel):
    """One AI agent of the organization.

    What the vendor says of it is overwritten by each discovery; who owns it, what it is for and
    where it runs is said by people and left alone. `discovered_via` and `confidence` tell how ARM
    knows of it. `paused_at` is ARM's own gate: while it is set, every door answers "paused",
    whatever the vendor's levers did; `pulled_levers` are those to put back. `health` and
    `health_score` are those of the last check. An agent that people remove keeps its row, and
    with it its history, under `ever`.
    """

    connection = TenantForeignKey(
        Connection, models.PROTECT, null=True, blank=True, related_name="agents"
    )
    vendor = models.CharField(max_length=20)
    vendor_agent_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    type = models.CharField(max_length=12, choices=AgentType.choices, default=AgentType.CUSTOM)
    status = models.CharField(
        max_length=10, choices=AgentStatus.choices, default=AgentStatus.UNKNOWN
    )
    model = models.CharField(max_length=120, blank=True)
    config = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    environment = models.CharField(
        max_length=12, choices=Environment.choices, blank=True, default=""
    )
    cost_center = models.CharField(max_length=100, blank=True)

    description_is_ours = models.BooleanField(default=False, editable=False)

    discovered_via = models.CharField(max_length=30, default=REGISTERED)
    confidence = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    vendor_status = models.CharField(max_length=10, blank=True)
    vendor_created_at = models.DateTimeField(null=True, blank=True)
    vendor_updated_at = models.DateTimeField(null=True, blank=True)
    last_listed_at = models.DateTimeField(null=True, blank=True)
    vanished_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=300, blank=True)
    pulled_levers = models.JSONField(default=list, blank=True, editable=False)

    health = models.CharField(max_length=10, choices=Health.choices, default=Health.UNKNOWN)
    health_score = models.PositiveSmallIntegerField(null=True, blank=True)
    health_checked_at = models.DateTimeField(null=True, blank=True)
    health_note = models.TextField(blank=True)
    error_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    usual_p95_ms = models.PositiveIntegerField(null=True, blank=True, editable=False)
    unanswered = models.PositiveSmallIntegerField(default=0, editable=False)
    last_active_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    # Columns without nulls, because only those sort a list that is read on from a cursor.
    known_score = models.GeneratedField(
        expression=Coalesce("health_score", NO_SCORE),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    known_activity = models.GeneratedField(
        expression=Coalesce("last_active_at", NEVER),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    heartbeat = models.JSONField(default=dict, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = Inventory()
    ever: ClassVar = ScopedManager.from_queryset(AgentQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "vendor", "vendor_agent_id"],
                name="an_agent_is_listed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(health_score=None) | models.Q(health_score__lte=100),
                name="a_health_score_ends_at_100",
            ),
        ]
        # Each order or filter of the list has its index over the agents that lists show.
        indexes = [
            models.Index(fields=["organization", "-id"], name="agents_newest", condition=LISTED),
            models.Index(
                "organization", models.F("id").desc(), name="agents_vanished", condition=VANISHED
            ),
            *(
                models.Index(
                    fields=["organization", field, "-id"],
                    name=f"agents_by_{field}",
                    condition=LISTED,
                )
                for field in FILTERED
            ),
            *(
                models.Index(
                    fields=["organization", field, "id"],
                    name=f"agents_by_{field}",
                    condition=LISTED,
                )
                for field in SORTED
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        """Whether ARM's own gate is closed."""
        return self.paused_at is not None

    @property
    def is_own(self) -> bool:
        """Whether people or the agent itself told ARM of it, and no vendor lists it."""
        return self.discovered_via in OWN

    @property
    def effective_status(self) -> str:
        """The vendor's status, unless ARM's own gate is closed."""
        return AgentStatus.PAUSED if self.is_paused else self.vendor_status or AgentStatus.UNKNOWN

    @property
    def is_listed(self) -> bool:
        """Whether a vendor lists it through a connection that stands."""
        listed = not self.is_own and self.vanished_at is None
        return listed and self.connection is not None and self.connection.is_connected

    def listed_at(self) -> datetime | None:
        """Return when its vendor last listed it; unchanged rows are not written to say so."""
        if self.vanished_at is not None or self.connection is None or self.is_own:
            return self.last_listed_at
        runs = SyncRun.objects.of(self.connection, SyncKind.DISCOVERY)
        last = runs.filter(state=SyncState.COMPLETE).order_by("-id").first()
        moments = [self.last_listed_at, last.started_at if last else None]
        return max((moment for moment in moments if moment is not None), default=None)

    def summary(self) -> dict[str, str]:
        """Return the few facts by which people tell agents apart."""
        return {
            "name": self.name,
            "vendor": self.vendor,
            "vendor_agent_id": self.vendor_agent_id,
        }

    def close_gate(self, reason: str) -> bool:
        """Close ARM's own gate and tell whether it was open; the caller saves."""
        if self.is_paused:
            return False
        self.paused_at, self.paused_reason = timezone.now(), reason.strip()[:300]
        self.status = AgentStatus.PAUSED
        return True

    def ref(self) -> AgentRef:
        """Return the little a connector needs to speak of this agent."""
        return AgentRef(
            vendor_agent_id=self.vendor_agent_id,
            model=self.model,
            discovered_via=self.discovered_via,
            metadata=self.metadata,
        )
