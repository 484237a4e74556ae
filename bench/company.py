"""A company with agents at three vendors, two of which answer, in a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.actions.create_organization import create_organization
from accounts.fence import acting, fenced
from accounts.models import Organization, User
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from agents.actions.discover_agents import discover_agents
from agents.models import Agent, Health
from agents.tasks import PLAN
from armproject.lib.secret import Secret
from bench.databases import cloned, open_database, superuser, url_of
from bench.estate import EMAIL, PASSWORD
from bench.third_vendor import VENDOR
from connectors.base import CredentialKind
from connectors.models import Connection, ConnectionStatus
from connectors.simulator import keys
from governance.actions.adopt_proposal import adopt_proposal
from governance.proposals import available
from jobs.actions.enqueue import enqueue
from jobs.registry import SCHEDULES

NAME = "arm_bench_health"
ANSWERING = {
    "openai": ("/openai/v1", keys.OPENAI_ADMIN, keys.OPENAI_RUNTIME),
    "anthropic": ("/anthropic", keys.ANTHROPIC_ADMIN, keys.ANTHROPIC_RUNTIME),
}


class Company:
    """The company of one run; what it does, it does as the product does it."""

    def __init__(self, name: str) -> None:
        self.url = url_of(name)
        with superuser(name) as server:
            row = server.execute("SELECT id FROM accounts_organization").fetchone()
        self.id = UUID(str(row[0])) if row else UUID(int=0)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with acting(system("bench"), self.id, PERMISSIONS):
            yield

    def connect(self, simulator: str, silent: str, number: int) -> None:
        """Connect three vendors and give each this many agents; two tell theirs, as vendors do."""
        hosts = [urlsplit(url).netloc for url in (simulator, silent)]
        with self.at_work():
            with fenced():
                Organization.objects.filter(pk=self.id).update(allowed_hosts=hosts)
            for vendor, (path, admin, runtime) in ANSWERING.items():
                discover_agents(_connection(vendor, f"{simulator}{path}", admin, runtime))
                with fenced():
                    _keep(vendor, number)
            third = _connection(VENDOR, silent, keys.OPENAI_ADMIN, keys.OPENAI_RUNTIME)
            with fenced():
                _settle_in(third, number)
                for proposal in available():
                    adopt_proposal(proposal.slug)

    def plan_checks(self, every: timedelta) -> None:
        """Have the next interval planned by a worker, and let the clock plan those behind it."""
        schedule = SCHEDULES[PLAN]
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=round(every.total_seconds()), period=IntervalSchedule.SECONDS
        )
        PeriodicTask.objects.filter(name=schedule.label).update(interval=interval)
        with self.at_work(), fenced():
            enqueue(schedule.kind, dedupe_key=f"schedule:{PLAN}")


@contextmanager
def company() -> Iterator[Company]:
    """Give a company that has nothing yet, and forget it afterwards."""
    open_database(NAME, _found, 0)
    with cloned(NAME) as name:
        yield Company(name)


def _found(_number: int) -> None:
    owner = User.objects.create_user(EMAIL, PASSWORD, is_operator=True)
    create_organization("Bench", slug="bench", owner=owner)


def _connection(vendor: str, base_url: str, admin: str, runtime: str) -> Connection:
    """Keep a connection as if it had been tried: trying the silent vendor would take its time."""
    with fenced():
        connection = Connection(
            name=vendor, vendor=vendor, base_url=base_url, status=ConnectionStatus.HEALTHY
        )
        for kind, key in ((CredentialKind.ADMIN, admin), (CredentialKind.RUNTIME, runtime)):
            connection.keep_credential(kind, Secret(key))
        connection.store(force_insert=True)
    return connection


def _keep(vendor: str, number: int) -> None:
    """Remove what a vendor lists beyond this, so that its share of the checks is as said."""
    known = Agent.objects.filter(vendor=vendor).order_by("id").values_list("pk", flat=True)
    Agent.objects.filter(pk__in=list(known[number:])).order_by().update(removed_at=timezone.now())


def _settle_in(third: Connection, number: int) -> None:
    """Give the third vendor its agents; all agents were healthy just now."""
    model = Agent.objects.filter(discovered_via="agents_api").first()
    Agent.objects.bulk_create(
        [
            Agent(
                connection=third,
                vendor=third.vendor,
                vendor_agent_id=f"agent_silent_{each}",
                name=f"Silent {each}",
                discovered_via=model.discovered_via if model else "",
            )
            for each in range(number)
        ],
        batch_size=1_000,
    )
    Agent.objects.order_by().update(
        health=Health.HEALTHY, health_score=100, health_checked_at=timezone.now()
    )
