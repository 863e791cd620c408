"""Passwords: argon2id hashes, and how many may be computed at once.

19 MiB and two passes are OWASP's first choice; argon2-cffi's own 64 MiB, in 32 threads at
once, would be 2 GiB on a dyno of 512 MiB. One takes some 15 ms.
https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mozi.budget import Budget

MIN_LENGTH = 8  # NIST SP 800-63B, 3.1.1.2
MAX_LENGTH = 1000
AT_ONCE, WAIT_S = 2, 5.0

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_places = Budget(AT_ONCE, of="places for checking passwords")


def hash_password(password: str) -> str:
    """Return the hash to keep, with a salt of its own; raises Busy."""
    with _places.hold(wait_s=WAIT_S):
        return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Return whether the hash is that of the password; raises Busy.

    password_hash: None where there is no such account. That takes as long as a wrong password.
    """
    known = password_hash is not None and len(password) <= MAX_LENGTH
    with _places.hold(wait_s=WAIT_S):
        try:
            kept = password_hash if password_hash is not None else _nobodys()
            found = _hasher.verify(kept, password[:MAX_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return known and found


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex())
