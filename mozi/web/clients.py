"""Who asks: the client's address and network, as the operator's proxies say (ProxyFix)."""

from __future__ import annotations

import ipaddress
import re

from flask import request

WITH_PORT = re.compile(r"([\d.]+):\d+|\[([^]]+)\](?::\d+)?")
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - nothing is bound to it # nosec B104


def address() -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address.

    Some proxies add a port (1.2.3.4:5678) or send "unknown". A socket for both families shows
    IPv4 as ::ffff:1.2.3.4.
    """
    return address_of(request.remote_addr)


def address_of(remote: str | None) -> str:
    """Return the same of the address in REMOTE_ADDR."""
    sent = remote or NO_ADDRESS
    with_port = WITH_PORT.fullmatch(sent)
    try:
        given = ipaddress.ip_address(with_port[1] or with_port[2] if with_port else sent)
    except ValueError:
        return "unknown"
    if isinstance(given, ipaddress.IPv4Address):
        return str(given)
    return str(given.ipv4_mapped or ipaddress.ip_network((int(given), 64), strict=False))


def network() -> str:
    """Return the client's network: /24, or /48 in IPv6."""
    return network_of(request.remote_addr)


def network_of(remote: str | None) -> str:
    """Return the network of the address in REMOTE_ADDR."""
    try:
        whole = ipaddress.ip_network(address_of(remote))
    except ValueError:
        return "unknown"
    return str(whole.supernet(new_prefix=24 if whole.version == 4 else 48))
