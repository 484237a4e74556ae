"""Feedback: what somebody, or an evaluator, thought of what an agent did."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, SealedField
from accounts.sealing import seal, unseal
from armproject.lib.crypto import Purpose, Undecryptable
from armproject.lib.secret import Secret

TABLE = "telemetry_feedback"


class FeedbackSource(models.TextChoices):
    USER = "user", "People"
    EVALUATOR = "evaluator", "Evaluators"


class FeedbackQuerySet(ScopedQuerySet["Feedback"]):
    def of_run(self, run_id: Any) -> "FeedbackQuerySet":
        return self.filter(run_id=run_id)

    def saying(self, *, helpful: bool | None) -> "FeedbackQuerySet":
        """Return what says so; all of it for None."""
        return self if helpful is None else self.filter(helpful=helpful)


class Feedback(ScopedModel):
    """One judgement of a run, or of one step or message of it.

    `id` follows from the name its sender gave it, so what is sent again is the same row. The run
    need not have arrived yet: `run_id` follows from its trace. `tag` is a word of the sender's,
    for an evaluator what it measured; `label` is the word for the score. `end_user` is who gave
    it, as the app tells it, `member` who entered it here. The comment is kept sealed.
    """

    run_id = models.UUIDField()
    trace_id = models.UUIDField()
    span_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=9, choices=FeedbackSource.choices)
    helpful = models.BooleanField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    tag = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=200, blank=True)
    end_user = models.CharField(max_length=200, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    comment_sealed: Any = SealedField(purpose=Purpose.CONTENT, null=True)

    objects: ClassVar = ScopedManager.from_queryset(FeedbackQuerySet)()

    class Meta:
        verbose_name = "piece of feedback"
        verbose_name_plural = "pieces of feedback"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["organization", "run_id"], name="feedback_of_a_run"),
            models.Index(fields=["organization", "-created_at", "-id"], name="feedback_newest"),
        ]

    def __str__(self) -> str:
        if self.helpful is not None:
            return "Helpful" if self.helpful else "Not helpful"
        score = "" if self.score is None else f"{self.score:g}"
        told = " ".join(filter(None, (self.tag, self.label or score)))
        return told or "Comment"

    @property
    def comment(self) -> str:
        """The comment, opened; "" where there is none, or none that opens."""
        if self.comment_sealed is None:
            return ""
        try:
            found = unseal(self.comment_sealed, table=TABLE, row_id=self.pk, column=COLUMN)
        except Undecryptable:
            return ""
        return found.reveal()

    def say(self, comment: str) -> None:
        """Keep a comment, sealed."""
        sealed = seal(Secret(comment), table=TABLE, row_id=self.pk, column=COLUMN)
        self.comment_sealed = sealed if comment else None


COLUMN = "comment_sealed"
