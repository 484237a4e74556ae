"""How work fares, in figures for who watches from outside."""

from collections.abc import Iterator

from django.db import connection as database
from django.db.models import Count
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from armproject.lib.metrics import of_installation, of_organization
from jobs.models import Delivery, Job
from jobs.models.job import ACTIVE
from jobs.reports import lost_events, outbox_figures, outbox_lag

MOST_DEAD = 1_000


@of_installation
def work_figures() -> Iterator[Metric]:
    """Tell what waits and what was given up, in all organizations together."""
    with database.cursor() as cursor:
        cursor.execute("SELECT waiting, retrying, oldest, running, dead FROM arm_job_figures()")
        waiting, retrying, oldest, running, dead = cursor.fetchone()
        cursor.execute("SELECT max(at) FROM jobs_pulse")
        (pulse,) = cursor.fetchone()
    now = timezone.now()
    yield from _work(waiting, running, retrying, dead)
    late = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
    yield GaugeMetricFamily(
        "arm_job_queue_age_seconds", "How long the oldest due job has waited.", value=late
    )
    if pulse is not None:
        silent = max((now - pulse).total_seconds(), 0.0)
        yield GaugeMetricFamily(
            "arm_relay_silence_seconds", "Time since work was last looked for.", value=silent
        )


@of_installation
def news_figures() -> Iterator[Metric]:
    """Tell how news fares on its way to subscribers, of all organizations together."""
    found = outbox_figures()
    yield from _news(found.lag, found.dead, found.retrying, found.lost)


@of_organization("jobs.read")
def own_news() -> Iterator[Metric]:
    """Tell the same of one organization."""
    unsent = Delivery.objects.unsent()
    dead = Delivery.objects.dead().order_by()[:MOST_DEAD].count()
    yield from _news(outbox_lag(), dead, unsent.filter(attempts__gt=0).count(), lost_events())


@of_organization("jobs.read")
def own_work() -> Iterator[Metric]:
    """Tell the same of one organization."""
    active = dict(
        Job.objects.filter(state__in=ACTIVE)
        .order_by()
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    retrying = Job.objects.filter(state="pending", attempts__gt=0).count()
    dead = Job.objects.dead().order_by()[:MOST_DEAD].count()
    running = active.get("running", 0) + active.get("queued", 0)
    yield from _work(active.get("pending", 0), running, retrying, dead)


def _news(lag: float, dead: int, retrying: int, lost: int) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "arm_outbox_lag_seconds", "How long the oldest unsent news has waited.", value=lag
    )
    deliveries = GaugeMetricFamily(
        "arm_outbox_deliveries", "Deliveries to subscribers that are not done.", labels=["state"]
    )
    deliveries.add_metric(["retrying"], retrying)
    deliveries.add_metric(["dead"], dead)
    yield deliveries
    yield GaugeMetricFamily(
        "arm_outbox_lost_events", "Events dropped before they could be sent.", value=lost
    )


def _work(waiting: int, running: int, retrying: int, dead: int) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("arm_jobs", "Jobs that are not done.", labels=["state"])
    told = {"waiting": waiting, "running": running, "retrying": retrying, "dead": dead}
    for state, number in told.items():
        jobs.add_metric([state], number)
    yield jobs
