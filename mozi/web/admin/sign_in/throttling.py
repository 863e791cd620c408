"""How often somebody may try to sign in, so that guessing is slow and nobody is locked out.

Each address has a bound of its own for all accounts, and one for each account. When an account
has failed often, from wherever, every address has fewer tries at it, yet none has none: so the
right password is let in from an address that did not itself use them up.

Only what fails counts in the end: an address that gets in begins anew.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass

from flask import g, request
from limits import parse, parse_many

from mozi.accounts.admins import Account, find_account, normal_email
from mozi.extensions import limiter

PER_ADDRESS = "15 per minute; 60 per hour"
PER_ACCOUNT = "10 per 5 minutes; 40 per hour"  # tries of one address, and failures of all
WHILE_ATTACKED = "3 per hour"  # tries of one address, once all have failed PER_ACCOUNT

FAILURES = tuple(parse_many(PER_ACCOUNT))
TOLD = parse("1 per 5 minutes")

WITH_PORT = re.compile(r"([\d.]+):\d+|\[([^]]+)\](?::\d+)?")
NOBODY = "0.0.0.0"  # noqa: S104 - nothing is bound to it # nosec B104


@dataclass(frozen=True)
class Target:
    """The account that is tried, if there is one, and what its counters are kept under."""

    account: Account | None
    key: str


def aim_at(email: str) -> None:
    """Note the account that this request tries; its counters start anew with a new password."""
    account = find_account(email)
    told = f"{normal_email(email)} {account.password_mark if account else ''}"
    g.target = Target(account, hashlib.sha256(told.encode()).hexdigest()[:32])


def target() -> Target:
    """Return the account that this request tries; only after aim_at."""
    found: Target = g.target
    return found


def target_from_address() -> str:
    """Return whose attempts at which account count together."""
    return f"{address()} {target().key}"


def per_account() -> str:
    """Return how often one address may try the account as things stand.

    Flask-Limiter asks at the start of every request, too, before there is a target.
    """
    calm = "target" not in g or all(
        limiter.limiter.test(each, "failed", target().key) for each in FAILURES
    )
    return PER_ACCOUNT if calm else f"{PER_ACCOUNT}; {WHILE_ATTACKED}"


def count_failure() -> None:
    """Count one more failure of the account, whatever address it came from."""
    for each in FAILURES:
        limiter.limiter.hit(each, "failed", target().key)


def forget_attempts() -> None:
    """Forget what this address has tried, at this account and at all."""
    for each in limiter.current_limits:
        limiter.limiter.clear(each.limit, *each.request_args)


def first_refusal() -> bool:
    """Return whether nobody was told lately that this address has tried this account too often."""
    return limiter.limiter.hit(TOLD, "told", target_from_address())


def address() -> str:
    """Return whose attempts count together: an IPv4 address, or an IPv6 network of one customer.

    Some proxies add a port (1.2.3.4:5678), some say "unknown", and a socket for both families
    has IPv4 as ::ffff:1.2.3.4.
    """
    told = request.remote_addr or NOBODY
    with_port = WITH_PORT.fullmatch(told)
    try:
        given = ipaddress.ip_address(with_port[1] or with_port[2] if with_port else told)
    except ValueError:
        return "unknown"
    if isinstance(given, ipaddress.IPv4Address):
        return str(given)
    return str(given.ipv4_mapped or ipaddress.ip_network((int(given), 64), strict=False))


def network() -> str:
    """Return the network that the request came from, as the log keeps it: /24, or /48 in IPv6."""
    try:
        whole = ipaddress.ip_network(address())
    except ValueError:
        return "unknown"
    return str(whole.supernet(new_prefix=24 if whole.version == 4 else 48))
