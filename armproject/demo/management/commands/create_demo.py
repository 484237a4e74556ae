"""Make the demo organization by the code paths that people use."""

import json
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.fence import fenced
from armproject.demo.company import JUDGE, Company, find_company, found_company
from armproject.demo.facts import read_facts
from armproject.demo.labour import WorkFailed, finish_work
from armproject.lib.audit import record
from armproject.lib.errors import DomainError
from governance.models import AuditEvent
from telemetry.actions.keep_sources import CLAIM

COMPLETE = "demo.complete"


class Command(BaseCommand):
    help = "Make a demo organization connected to the vendor simulator, once."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--simulator-url", required=True, help="where the simulator answers")

    def handle(self, *, simulator_url: str, **_: Any) -> None:
        company = find_company()
        if company is not None and _is_complete(company):
            self.stdout.write("The demo is there already; nothing was changed.")
        else:
            company = company or self._step("Organization and owner", _found)
            try:
                with company.at_work():
                    self._fill(company, simulator_url.rstrip("/"))
            except (DomainError, WorkFailed) as problem:
                raise CommandError(str(problem)) from problem
        with company.at_work():
            self.stdout.write(json.dumps({"demo": read_facts()}, default=str))

    def _fill(self, company: Company, simulator: str) -> None:
        self._step("OpenAI and Anthropic connected", lambda: company.connect(simulator))
        self._step("Agents discovered", lambda: finish_work(["agents.discover"]))
        self._step("Own agents tell of their runs", company.report)
        self._step("Agents found behind them", lambda: finish_work([CLAIM]))
        self._step("Memories kept", company.remember)
        self._step("Owners and cost centres named", company.assign)
        self._step("Health asked for", company.check)
        self._step("Health checked", lambda: finish_work(["agents.check"]))
        self._step("Usage and costs read", lambda: finish_work(["costs.sync"]))
        self._step("Mail channel and alert rules", company.watch)
        self._step(
            "Rules judged, alerts mailed", lambda: finish_work([JUDGE, "governance.deliver"])
        )
        with fenced():
            record(COMPLETE, company.organization)

    def _step(self, title: str, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        result = work()
        self.stdout.write(f"{title:<34} {time.monotonic() - began:5.1f} s")
        self.stdout.flush()
        return result


def _found() -> Company:
    return found_company(settings.DATA_DIR / "sign-in.txt")


def _is_complete(company: Company) -> bool:
    with company.at_work(), fenced():
        return AuditEvent.objects.filter(action=COMPLETE).exists()
