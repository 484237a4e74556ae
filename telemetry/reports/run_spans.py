"""The steps of one run."""

from django.db.models import QuerySet

from telemetry.models import Run, Span


def spans_of(run: Run) -> "QuerySet[Span]":
    """Return the run's spans; the days it did not touch are not read."""
    return Span.objects.of_run(run.pk, run.started_at, run.ended_at).order_by("started_at", "id")
