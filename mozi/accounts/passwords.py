"""Passwords: argon2id hashes, and a limit on how many are computed at once.

19 MiB and two passes are OWASP's first choice; one hash takes some 15 ms. The 64 MiB that
argon2-cffi uses by default would be 2 GiB in 32 threads, on a dyno of 512 MiB.
https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mozi.budget import Budget

MIN_LENGTH = 8  # NIST SP 800-63B, 3.1.1.2
MAX_LENGTH = 1000
AT_ONCE, WAIT_S = 2, 5.0

# The most common ones of published leaks, and what people make of this site, without what is put
# at their end. OWASP and NIST SP 800-63B, 3.1.1.2, ask for such a list.
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())
_AT_THE_END = "0123456789!?.,-_*#+@$ "

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_places = Budget(AT_ONCE, of="places for checking passwords")


def hash_password(password: str) -> str:
    """Return the password's hash with a new salt; raises Busy."""
    with _places.hold(wait_s=WAIT_S):
        return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Return whether this is the hash of the password; raises Busy.

    password_hash: None for an unknown account, which takes as long as a wrong password.
    """
    possible = password_hash is not None and len(password) <= MAX_LENGTH
    with _places.hold(wait_s=WAIT_S):
        try:
            kept = password_hash if password_hash is not None else _unknown_hash()
            found = _hasher.verify(kept, password[:MAX_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return possible and found


def is_common(password: str, *, email: str = "") -> bool:
    """Return whether guessers try this password first.

    One of COMMON with or without digits and signs at its end, digits in a row, a few characters
    over and over, or the admin's own e-mail address.
    """
    folded = password.casefold().strip()
    own = {email.casefold(), email.casefold().partition("@")[0]}
    stem = folded.rstrip(_AT_THE_END)
    words = {folded, folded.rstrip("!?."), stem} - {""}
    return bool(words & (COMMON | own)) or _is_a_row(folded.rstrip("!?.")) or len(set(folded)) <= 2


def _is_a_row(text: str) -> bool:
    """Return whether each character follows the one before, as in 12345678 or 87654321."""
    steps = {
        ord(two) - ord(one) for one, two in pairwise(text.replace("90", "9:").replace("09", ":9"))
    }
    return steps in ({1}, {-1})


@lru_cache(maxsize=1)
def _unknown_hash() -> str:
    return _hasher.hash(secrets.token_hex())
