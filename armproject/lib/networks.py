"""Networks that callers come from: how they are written, and who is inside."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPV6_SITE = 64  # one customer's network; addresses inside it cost nothing


def read_network(text: str) -> str:
    """Return the network in its one spelling; ValueError where it is none, or has host bits."""
    return str(ip_network(text.strip()))


def is_inside(address: str, networks: Iterable[str]) -> bool:
    """Tell whether the address is in one of the networks; what is no address is in none."""
    known = _address(address)
    return known is not None and any(known in ip_network(network) for network in networks)


def covers(outer: Iterable[str], inner: Iterable[str]) -> bool:
    """Tell whether every inner network lies within one of the outer ones."""
    wide = [ip_network(text) for text in outer]
    return all(
        any(narrow.version == one.version and narrow.subnet_of(one) for one in wide)  # type: ignore[arg-type]
        for narrow in map(ip_network, inner)
    )


@lru_cache(maxsize=10_000)
def neighbourhood(address: str) -> str:
    """Return what stands for a caller of whom only the address is known: IPv6 by its /64."""
    known = _address(address)
    if isinstance(known, IPv6Address):
        return str(ip_network((known, IPV6_SITE), strict=False))
    return str(known or "nowhere")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address; IPv4 that came over IPv6 is IPv4."""
    try:
        known = ip_address(text)
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known
