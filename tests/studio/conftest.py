"""One demo a file of tests: made by the real command, in a database that really commits."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from accounts.actions.add_member import add_member
from accounts.fence import fenced
from accounts.models import User
from accounts.roles import Role
from armproject.demo.company import Company, find_company
from connectors.simulator import Simulator
from tests import database

FILES = "django.core.mail.backends.filebased.EmailBackend"


@dataclass
class Demo:
    """The demo organization, with one person in each role beside its owner."""

    company: Company
    people: dict[str, User]
    simulator: Simulator
    folder: Path
    said: list[str]

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads(self.said[-1])["demo"]

    def browser(self, role: str) -> Client:
        client = Client()
        client.force_login(self.people[role])
        return client

    def run(self) -> list[str]:
        """Run the command once more and return what it says."""
        return run_command(self.simulator)


def run_command(simulator: Simulator) -> list[str]:
    out = io.StringIO()
    call_command("create_demo", simulator_url=simulator.url, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture(scope="module")
def own_database(django_db_setup: None, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """Give the whole file a database of its own in which transactions really commit."""
    name = f"{database.own_name(worker_id)}_studio"
    with django_db_blocker.unblock():
        database.clone(name)
        with database.pointing_at(name):
            yield
        database.drop(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the whole file a data folder, with a folder for mail in it."""
    path = tmp_path_factory.mktemp("data")
    with override_settings(DATA_DIR=path, EMAIL_BACKEND=FILES, EMAIL_FILE_PATH=path / "mail"):
        yield path


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(agents=5) as running:
        yield running


@pytest.fixture(scope="module")
def demo(own_database: None, folder: Path, simulator: Simulator) -> Demo:
    said = run_command(simulator)
    company = find_company()
    assert company is not None
    people = {Role.OWNER.value: company.owner}
    with company.at_work(), fenced():
        for role in Role.values:
            if role not in people:
                person = User.objects.create_user(f"{role}@harbour.example", "-", name=role)
                add_member(person, role)
                people[role] = person
    return Demo(company, people, simulator, folder, said)
