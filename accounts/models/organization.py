"""Organization: the tenant, the fence around every row."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now

from armproject.lib import context
from armproject.lib.ids import uuid7


class StepUp(models.TextChoices):
    """Before dangerous deeds, who has to prove anew that it is them."""

    ENROLLED = "enrolled", "People with a second factor"
    ALWAYS = "always", "Everybody"
    NEVER = "never", "Nobody"


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def current(self) -> "OrganizationQuerySet":
        """Return the organization of the call, and nothing without one."""
        return self.filter(pk__in=[context.organization_id()])


class Organization(models.Model):
    """A company that uses ARM; nothing is ever shared between two of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(
        max_length=63,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Use a-z, 0-9 and hyphens.")],
    )
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    allowed_hosts = models.JSONField(
        default=list,
        blank=True,
        help_text="Hosts beyond the public Internet that connections may reach, as host:port.",
    )
    rate_limit_factor = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(1000)],
        help_text="Calls allowed, as a multiple of what is usual here.",
    )
    ingest_mib_limit = models.PositiveIntegerField(
        "Telemetry, MiB a minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
        help_text="Leave it empty for what is usual here.",
    )
    ingest_items_limit = models.PositiveIntegerField(
        "Telemetry, items a minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000_000)],
        help_text="Spans and events. Leave it empty for what is usual here.",
    )
    requires_mfa = models.BooleanField(
        "Second factor required",
        default=False,
        help_text="People work here only in sessions in which they used a second factor.",
    )
    requires_sso = models.BooleanField(
        "Single sign-on required",
        default=False,
        help_text="People work here only in sessions that an identity provider of yours opened.",
    )
    step_up = models.CharField(
        "Confirm dangerous deeds",
        max_length=10,
        choices=StepUp.choices,
        default=StepUp.ENROLLED,
        help_text="Who proves again who they are, when the last proof is older than ten minutes.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
