"""Decides which IP addresses posters may be fetched from: pure rules, no socket.

The table is written out, because is_private and is_global of the ipaddress module have changed
between patch releases of Python. Sources: the IANA registries of special-purpose addresses
(RFC 6890 and successors) and the cloud providers' pages on their metadata services.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC = "public"
LOCAL_KINDS = ("loopback", "private")  # the two that POSTER_ALLOW_PRIVATE_SOURCES opens

# The first network that holds an address says its kind.
SPECIAL: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's, among public addresses
        ("169.254.169.254/32", "cloud metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 tunnel"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("2001::/32", "Teredo tunnel"),
        ("2001:2::/48", "benchmarking"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4 tunnel"),
        ("3ffe::/16", "reserved"),
        ("3fff::/20", "documentation"),
        ("fd00:ec2::/32", "cloud metadata"),  # Amazon's, inside the private range
        ("fd20:ce::/32", "cloud metadata"),  # Google's
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
        # Only 2000::/3 is global unicast (RFC 4291). These three are the rest of the space,
        # IPv4-compatible and local NAT64 prefixes included.
        ("::/3", "reserved"),
        ("4000::/2", "reserved"),
        ("8000::/1", "reserved"),
    )
)

# RFC 6052: DNS64 gives each IPv4-only host such an address, so the IPv4 address in it counts.
NAT64 = IPv6Network("64:ff9b::/96")


def forbidden_kind(address: str, *, allow_private: bool) -> str | None:
    """Return the kind of a forbidden address, None for an allowed one.

    address: an IP address in any spelling that ipaddress reads, with an IPv6 zone id too; raises
    ValueError for anything else. allow_private: also allow loopback and private networks; the
    rest, above all cloud metadata, stays forbidden.
    """
    kind = kind_of(address)
    if kind == PUBLIC or (allow_private and kind in LOCAL_KINDS):
        return None
    return kind


def kind_of(address: str) -> str:
    """Return PUBLIC, or the kind in SPECIAL; an IPv4 address inside an IPv6 one counts itself."""
    ip = _without_wrapping(ip_address(address))
    return next((kind for network, kind in SPECIAL if ip in network), PUBLIC)


def _without_wrapping(ip: Address) -> Address:
    """Return the IPv4 address inside ::ffff:0:0/96 (RFC 4291) or 64:ff9b::/96, else ip itself."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in NAT64:
            return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip
