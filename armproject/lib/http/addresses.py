"""Which IP addresses ARM may call: our own lists, because libraries disagree and change."""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_V4_INWARD = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_V6_OUTWARD = IPv6Network("2000::/3")
_V6_INWARD = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

# What an organization may open host by host, because its own systems stand there.
_OPENABLE = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "::1/128",
            "fc00::/7",
        ),
    )
)
# Clouds answer here with credentials of the machine itself: never, not even when opened.
_METADATA = tuple(map(ip_network, ("100.100.100.200/32", "fd00:ec2::254/128", "fd20:ce::254/128")))


def parse_address(text: str) -> Address | None:
    """Return the address, a v4 one where v6 only wraps it, or None if this is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def is_public(address: Address) -> bool:
    """Tell whether the address belongs to the public Internet."""
    if isinstance(address, IPv4Address):
        return not _within(address, _V4_INWARD)
    return address.scope_id is None and address in _V6_OUTWARD and not _within(address, _V6_INWARD)


def may_call(address: Address, *, opened: bool, denied: Iterable[str] = ()) -> bool:
    """Tell whether ARM may connect; `opened` says that the organization allows this very host.

    `denied` are further networks, such as the operator's own public ones.
    """
    if _within(address, map(ip_network, denied)):
        return False
    if is_public(address):
        return True
    return opened and _within(address, _OPENABLE) and not _within(address, _METADATA)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
