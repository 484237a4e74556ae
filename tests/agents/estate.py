"""Connections and agents for tests, made by the actions that people use."""

from typing import Any

from agents.actions.discover_agents import discover_agents
from agents.actions.register_agent import register_agent
from agents.models import Agent
from armproject.lib.secret import Secret
from connectors.actions.connect_vendor import connect_vendor
from connectors.models import Connection, SyncRun
from connectors.simulator import Simulator, keys
from connectors.simulator.calls import Call
from connectors.simulator.faults import Fault
from tests.cast import House


def allow(house: House, simulator: Simulator) -> None:
    """Let the company call the simulator."""
    with house.inside():
        house.organization.allowed_hosts = [simulator.url.removeprefix("http://")]
        house.organization.save(update_fields=["allowed_hosts"])


def connect(
    house: House,
    simulator: Simulator,
    *,
    vendor: str = "openai",
    runtime: str | None = None,
    admin: str | None = None,
    name: str = "",
) -> Connection:
    """Connect a vendor as the simulator plays it, by a runtime key unless told otherwise."""
    urls = {"openai": simulator.openai_url, "anthropic": simulator.anthropic_url}
    usual = {"openai": keys.OPENAI_RUNTIME, "anthropic": keys.ANTHROPIC_RUNTIME}
    runtime = usual[vendor] if runtime is None else runtime
    with house.inside("admin"):
        connection, _ = connect_vendor(
            name or vendor,
            vendor=vendor,
            base_url=urls[vendor],
            runtime_key=Secret(runtime) if runtime else None,
            admin_key=Secret(admin) if admin else None,
        )
    return connection


def custom(house: House, **options: Any) -> tuple[Connection, Secret]:
    """Connect agents of the company's own; return the secret they sign with, too."""
    with house.inside("admin"):
        connection, secret = connect_vendor("Our own", vendor="custom", options=options)
    assert secret is not None
    return connection, secret


def discover(house: House, connection: Connection, role: str = "admin") -> SyncRun:
    with house.inside(role):
        return discover_agents(connection)


def agents(house: House) -> list[Agent]:
    with house.inside():
        return list(Agent.objects.order_by("name"))


def registered(house: House, name: str = "Helper", role: str = "admin", **said: Any) -> Agent:
    with house.inside(role):
        return register_agent(name, **said)


def fault(simulator: Simulator, kind: str, path: str = "", vendor: str = "*", **more: Any) -> Fault:
    """Let the simulated vendor fail from now on."""
    rule = Fault(vendor=vendor, path=path, fault=kind, **more)
    simulator.faults.rules.append(rule)
    return rule


def change(simulator: Simulator, action: str, **body: Any) -> None:
    """Change the simulated world, as its owner would."""
    said = {"vendor": "openai", "action": action, **body}
    call = Call("POST", "/world", [], {}, said, simulator.world.now())
    simulator.control.answer(call)
