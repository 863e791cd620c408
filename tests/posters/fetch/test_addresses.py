"""Which addresses are forbidden, judged without a socket."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mozi.posters.fetch.addresses import NAT64, forbidden_kind, kind_of

PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2a00:1450:400d:80e::200e",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
]

FORBIDDEN = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "unspecified",
    "10.0.0.1": "private",
    "100.64.0.0": "carrier-grade NAT",
    "100.100.100.200": "carrier-grade NAT",
    "100.127.255.255": "carrier-grade NAT",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "cloud metadata",
    "169.254.169.254": "cloud metadata",
    "169.254.0.1": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 tunnel",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.19.255.255": "benchmarking",
    "203.0.113.9": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "reserved",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:a9fe:a9fe": "cloud metadata",
    "::ffff:0:127.0.0.1": "reserved",
    "64:ff9b::10.0.0.1": "private",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b:1::1.1.1.1": "reserved",
    "100::1": "reserved",
    "2001::1": "Teredo tunnel",
    "2001:2::1": "benchmarking",
    "2001:10::1": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4 tunnel",
    "2002:101:101::": "6to4 tunnel",
    "3fff::1": "documentation",
    "5f00::1": "reserved",
    "fc00::1": "private",
    "fd00:ec2::254": "cloud metadata",
    "fd12:3456::1": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "::1%lo": "loopback",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}

LOCAL = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd12::1", "::ffff:10.0.0.1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_allowed(address: str) -> None:
    assert forbidden_kind(address, allow_private=False) is None


@pytest.mark.parametrize(("address", "kind"), FORBIDDEN.items())
def test_special_address_is_forbidden_by_its_kind(address: str, kind: str) -> None:
    assert forbidden_kind(address, allow_private=False) == kind


@pytest.mark.parametrize("address", LOCAL)
def test_loopback_and_private_are_allowed_where_the_operator_says_so(address: str) -> None:
    assert forbidden_kind(address, allow_private=True) is None


@pytest.mark.parametrize(
    "address", [a for a, kind in FORBIDDEN.items() if kind not in {"loopback", "private"}]
)
def test_the_rest_stays_forbidden_whatever_the_operator_says(address: str) -> None:
    assert forbidden_kind(address, allow_private=True) == FORBIDDEN[address]


@given(st.ip_addresses())
def test_what_python_calls_special_is_never_taken_for_public(ip: object) -> None:
    known = ip_address(str(ip))
    special = known.is_private or known.is_multicast or known.is_loopback or known.is_link_local
    if special and known not in NAT64:
        assert kind_of(str(ip)) != "public"


@given(st.ip_addresses(v=4))
def test_ipv4_inside_ipv6_is_judged_as_that_ipv4(ip: object) -> None:
    assert kind_of(f"::ffff:{ip}") == kind_of(f"64:ff9b::{ip}") == kind_of(str(ip))
