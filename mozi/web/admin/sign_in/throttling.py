"""Limits on sign-ins: guessing is slow, and an attacker cannot lock an admin out.

Each client address has one limit for all accounts and one for each account. After many failures
of an account, from any addresses, each address has fewer tries at it, but still some: the right
password gets in from an address that has not used up its own tries.

A successful sign-in resets the counters of its address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import g
from limits import parse, parse_many

from mozi.accounts.admins import Account, find_account, normal_email
from mozi.extensions import limiter
from mozi.web.clients import address

PER_ADDRESS = "15 per minute; 60 per hour"
PER_ACCOUNT = "10 per 5 minutes; 40 per hour"  # tries of one address, and failures of all
WHILE_ATTACKED = "3 per hour"  # tries of one address, once all have failed PER_ACCOUNT

FAILURES = tuple(parse_many(PER_ACCOUNT))
ALL_FAILURES = parse("1000000 per day")  # only counted, never refused
LOGGED_REFUSALS = parse("1 per 5 minutes")


@dataclass(frozen=True)
class Target:
    """The account that a request tries, if it exists, and the name of its counters."""

    account: Account | None
    key: str


def set_target(email: str) -> None:
    """Store the account that this request tries; a new password gives it new counters."""
    account = find_account(email)
    name = f"{normal_email(email)} {account.password_mark if account else ''}"
    g.target = Target(account, hashlib.sha256(name.encode()).hexdigest()[:32])


def target() -> Target:
    """Return the account that this request tries; after set_target."""
    found: Target = g.target
    return found


def target_from_address() -> str:
    """Return the name under which this client's tries at this account are counted."""
    return f"{address()} {target().key}"


def per_account() -> str:
    """Return the present limit of one address at the target account.

    Flask-Limiter also calls it at the start of every request, before there is a target.
    """
    calm = "target" not in g or all(
        limiter.limiter.test(each, "failed", target().key) for each in FAILURES
    )
    return PER_ACCOUNT if calm else f"{PER_ACCOUNT}; {WHILE_ATTACKED}"


def count_failure() -> None:
    """Count one more failure of the account, from any address."""
    for each in FAILURES:
        limiter.limiter.hit(each, "failed", target().key)
    limiter.limiter.hit(ALL_FAILURES, "failed")


def failures_today() -> int:
    """Return how many sign-ins failed, of all accounts, since a count of 24 hours began."""
    left = limiter.limiter.get_window_stats(ALL_FAILURES, "failed").remaining
    return ALL_FAILURES.amount - left


def forget_attempts() -> None:
    """Reset the counters of this address, for this account and for all."""
    for each in limiter.current_limits:
        limiter.limiter.clear(each.limit, *each.request_args)


def is_first_refusal() -> bool:
    """Return whether this is the first refusal of this address and account for five minutes."""
    return limiter.limiter.hit(LOGGED_REFUSALS, "told", target_from_address())
