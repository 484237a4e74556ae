"""The demo's company: its owner, and the steps that fill it, each done once."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from accounts.actions.create_organization import create_organization
from accounts.actions.update_organization import update_organization
from accounts.fence import acting, fenced
from accounts.models import Membership, Organization, User
from accounts.permissions import schedule
from accounts.roles import PERMISSIONS, Role, rights_of
from agents.actions.request_checks import request_checks
from agents.actions.update_agent import update_agent
from agents.models import Agent, Environment
from armproject.demo.memories import drafts
from armproject.demo.traces import requests
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.secret import Secret
from connectors.actions.connect_vendor import connect_vendor
from connectors.models import Connection
from connectors.simulator import keys
from governance.actions.adopt_proposal import adopt_proposal
from governance.actions.create_channel import create_channel
from governance.models import AlertRule, Channel, ChannelKind
from governance.proposals import available
from jobs.actions.enqueue import enqueue
from memory.actions.remember_many import remember_many
from telemetry.actions.receive_traces import receive_traces
from telemetry.actions.set_content_rule import set_content_rule
from telemetry.models import ContentMode
from telemetry.otlp import JSON

EMAIL: Final = "owner@example.com"
NAME: Final = "Harbour & Pine"
SLUG: Final = "harbour-pine"
JUDGE: Final = "governance.evaluate_rules"
# Vendor, name, path at the simulator, admin key, runtime key.
VENDORS: Final = (
    ("openai", "OpenAI", "/openai/v1", keys.OPENAI_ADMIN, keys.OPENAI_RUNTIME),
    ("anthropic", "Anthropic", "/anthropic", keys.ANTHROPIC_ADMIN, keys.ANTHROPIC_RUNTIME),
)
# Who pays for which agent, by name; the others are left for the reader to assign.
COST_CENTERS: Final = {
    "Support triage": "Customer operations",
    "Refund assistant": "Customer operations",
    "Claims intake": "Customer operations",
    "Warranty clerk": "Customer operations",
    "Invoice matching": "Finance",
    "Ledger reconciliation": "Finance",
    "Contract review": "Legal",
    "Contract comparison": "Legal",
    "Sales research": "Sales",
    "Campaign copy": "Sales",
    "Handbook answers": "People",
    "Onboarding guide": "People",
}


class Company:
    """The demo organization, with its owner at work."""

    def __init__(self, owner: User, organization: Organization) -> None:
        self.owner = owner
        self.organization = organization

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Act as the owner; steps open the fence where they read and write."""
        with acting(principal_of(self.owner), self.organization.pk, rights_of(Role.OWNER)):
            yield

    def connect(self, simulator: str) -> None:
        """Connect each vendor that is not connected yet to the simulator."""
        with fenced():
            organization = Organization.objects.get(pk=self.organization.pk)
            host = urlsplit(simulator).netloc
            if host not in organization.allowed_hosts:
                hosts = [*organization.allowed_hosts, host]
                update_organization(organization, allowed_hosts=hosts)
            known = set(Connection.objects.values_list("vendor", flat=True))
        for vendor, name, path, admin_key, runtime_key in VENDORS:
            if vendor not in known:
                connect_vendor(
                    name,
                    vendor=vendor,
                    base_url=f"{simulator}{path}",
                    admin_key=Secret(admin_key),
                    runtime_key=Secret(runtime_key),
                )

    def assign(self) -> None:
        """Say who looks after the agents that people made, where they run and who pays for them."""
        with fenced():
            for agent in Agent.objects.present().exclude(model=""):
                center = COST_CENTERS.get(agent.name)
                if center is not None and not agent.cost_center:
                    update_agent(
                        agent,
                        owner=self.owner,
                        environment=Environment.PRODUCTION,
                        cost_center=center,
                    )

    def check(self) -> None:
        """Ask how every agent is that was never checked."""
        with fenced():
            unchecked = Agent.objects.present().filter(health_checked_at=None)
            request_checks(list(unchecked))

    def report(self) -> None:
        """Have agents of the company's own code tell what they did in the last two days."""
        with fenced():
            set_content_rule(ContentMode.REDACTED)
        for body in requests(time.time_ns()):
            receive_traces(body, JSON)

    def remember(self) -> None:
        """Let agents know something of customers, and all of them what the company told."""
        with fenced():
            remember_many(list(drafts()))

    def watch(self) -> None:
        """Let the owner be told by mail, add the ready-made rules, and have them judged."""
        with fenced():
            if not Channel.objects.exists():
                create_channel("Owner's mail", ChannelKind.EMAIL, emails=[EMAIL], is_default=True)
            names = set(AlertRule.objects.values_list("name", flat=True))
            for proposal in available():
                if proposal.values["name"] not in names:
                    adopt_proposal(proposal.slug)
        with acting(schedule(JUDGE), self.organization.pk, PERMISSIONS), fenced():
            enqueue(JUDGE, dedupe_key=f"schedule:{JUDGE}")


def find_company() -> Company | None:
    """Return the demo's company, if it was founded."""
    owner = User.objects.filter(email=EMAIL).first()
    if owner is None:
        return None
    with acting(principal_of(owner), None, frozenset()), fenced():
        memberships = Membership._base_manager.filter(user=owner, organization__slug=SLUG)
        membership = memberships.select_related("organization").first()
    return Company(owner, membership.organization) if membership else None


def found_company(sign_in: Path) -> Company:
    """Found the demo's company; its owner's new password is written to this file, for them only."""
    password = secrets.token_urlsafe(12)
    with fenced():
        owner = User.objects.filter(email=EMAIL).first()
        if owner is None:
            owner = User.objects.create_user(EMAIL, password, name="Demo owner", is_operator=True)
            sign_in.touch(mode=0o600)
            sign_in.write_text(f"E-mail:   {EMAIL}\nPassword: {password}\n")
        with acting(principal_of(owner), None, frozenset()):
            organization = create_organization(NAME, slug=SLUG, owner=owner)
    return Company(owner, organization)


def principal_of(person: User) -> Principal:
    return Principal(PrincipalKind.MEMBER, str(person.pk), str(person), person.pk)
