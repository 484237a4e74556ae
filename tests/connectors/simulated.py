"""A company that may reach a vendor simulator, and what it enters to connect it."""

from contextlib import closing
from socket import socket
from typing import Any

from armproject.lib.secret import Secret
from connectors.actions.connect_vendor import connect_vendor
from connectors.models import Connection
from connectors.simulator import Simulator, keys
from connectors.simulator.faults import Fault
from tests.cast import House

OPENAI = {"admin_key": keys.OPENAI_ADMIN, "runtime_key": keys.OPENAI_RUNTIME}


def allow(house: House, *simulators: Simulator) -> House:
    """Let the company call these simulators."""
    hosts = [simulator.url.removeprefix("http://") for simulator in simulators]
    return allow_hosts(house, *hosts)


def allow_hosts(house: House, *hosts: str) -> House:
    with house.inside():
        house.organization.allowed_hosts = list(hosts)
        house.organization.save(update_fields=["allowed_hosts"])
    return house


def connected(
    house: House, simulator: Simulator, name: str = "OpenAI", **changes: Any
) -> Connection:
    """Connect OpenAI as the simulator plays it; an empty key is one that is not entered."""
    entered = {"base_url": simulator.openai_url, **OPENAI, **changes}
    for field in ("admin_key", "runtime_key"):
        entered[field] = Secret(entered[field]) if entered[field] else None
    with house.inside("admin"):
        return connect_vendor(name, vendor="openai", **entered)[0]


def reread(house: House, row: Connection) -> Connection:
    with house.inside():
        return Connection.objects.get(pk=row.pk)


def breaks(simulator: Simulator, fault: str, path: str = "", times: int | None = None) -> None:
    """Let the simulator fail from now on."""
    simulator.faults.rules.append(Fault("*", path, fault, times=times))


def asked(simulator: Simulator) -> list[str]:
    """Return the paths that were requested with a key, and forget them."""
    paths = [str(request["path"]) for request in simulator.faults.log if request["key"]]
    simulator.faults.log.clear()
    return paths


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
