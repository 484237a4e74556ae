"""AlertRule: what somebody wants to hear of, and whom it is told."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from governance import subjects
from governance.judging import Comparison, Mode, Terms
from governance.models.channel import Channel
from governance.registry import MEASURES, Measure, Unit
from governance.wording import Phrase, rule_sentence

LONGEST_WINDOW = 92 * 1440
LONGEST_WAIT = 7 * 1440


class Severity(models.TextChoices):
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


class RuleMode(models.TextChoices):
    THRESHOLD = Mode.THRESHOLD.value, "A fixed threshold"
    SPIKE = Mode.SPIKE.value, "A jump against the window before"


class RuleComparison(models.TextChoices):
    ABOVE = Comparison.ABOVE.value, "above"
    BELOW = Comparison.BELOW.value, "below"


class AlertRuleQuerySet(ScopedQuerySet["AlertRule"]):
    def enabled(self) -> "AlertRuleQuerySet":
        return self.filter(enabled=True)


class AlertRule(ScopedModel):
    """What somebody wants to hear of.

    A rule without a subject watches every subject its measure knows. In spike mode the threshold
    is a ratio to the window before. `evaluated_at` and `trouble` tell when the rule was last
    looked at and what kept it from being judged.
    """

    name = models.CharField(max_length=120)
    measure = models.CharField(max_length=60)
    comparison = models.CharField(max_length=5, choices=RuleComparison.choices, default="above")
    mode = models.CharField(max_length=9, choices=RuleMode.choices, default="threshold")
    threshold = models.DecimalField(max_digits=20, decimal_places=10)
    minimum_base = models.DecimalField(
        max_digits=20, decimal_places=10, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, blank=True)
    window_minutes = models.PositiveIntegerField(
        default=60, validators=[MinValueValidator(5), MaxValueValidator(LONGEST_WINDOW)]
    )
    subject_id = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField(max_length=200, blank=True, editable=False)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.WARNING)
    hold_minutes = models.PositiveIntegerField(
        default=10, validators=[MaxValueValidator(LONGEST_WAIT)]
    )
    cooldown_minutes = models.PositiveIntegerField(
        default=30, validators=[MaxValueValidator(LONGEST_WAIT)]
    )
    remind_minutes = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(LONGEST_WAIT)]
    )
    enabled = models.BooleanField(default=True)
    channels = models.ManyToManyField(Channel, through="AlertRecipient", related_name="rules")
    evaluated_at = models.DateTimeField(null=True, blank=True, editable=False)
    trouble = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar = ScopedManager.from_queryset(AlertRuleQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="a_rule_has_its_own_name"
            ),
            # NaN sorts above every number, so an upper bound is what keeps it out.
            models.CheckConstraint(
                condition=models.Q(threshold__lt=Decimal(10) ** 10), name="a_threshold_is_a_number"
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_base__gte=0, minimum_base__lt=Decimal(10) ** 10),
                name="a_base_is_a_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def watched(self) -> Measure | None:
        """The measure, while an installed app provides it."""
        return MEASURES.get(self.measure)

    @property
    def terms(self) -> Terms:
        return Terms(
            comparison=Comparison(self.comparison),
            mode=Mode(self.mode),
            threshold=self.threshold,
            currency=self.currency,
            minimum_base=self.minimum_base,
            hold=timedelta(minutes=self.hold_minutes),
            cooldown=timedelta(minutes=self.cooldown_minutes),
        )

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        return rule_sentence(self.phrase())

    def phrase(self, subject: str = "") -> Phrase:
        """Return what there is to say about this rule, or about what it saw of one subject."""
        measure = self.watched
        return Phrase(
            measure=measure.label if measure else self.measure,
            unit=measure.unit if measure else Unit.COUNT,
            subject=subject or self._subject(measure),
            comparison=Comparison(self.comparison),
            mode=Mode(self.mode),
            threshold=self.threshold,
            window_minutes=self.window_minutes,
            currency=self.currency,
            minimum_base=self.minimum_base,
        )

    def _subject(self, measure: Measure | None) -> str:
        if self.subject_id is not None:
            return self.subject_label or "the chosen one"
        if measure is None or measure.subject in {"", subjects.ORGANIZATION}:
            return "the organization"
        return f"any {subjects.noun(measure.subject)}"


class AlertRecipient(ScopedModel):
    """One channel that hears of one rule."""

    rule = TenantForeignKey(AlertRule, models.CASCADE, related_name="recipients")
    channel = TenantForeignKey(Channel, models.CASCADE, related_name="recipients")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "rule", "channel"], name="a_channel_hears_a_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} to {self.channel}"
