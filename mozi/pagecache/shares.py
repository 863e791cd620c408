"""How a store keeps its bound in bytes without an index of what is in it.

Pages are spread over SHARES by the digest of their key, and each share has its part of the
bound. To store a page, a process locks one share, looks at all that is in it, and makes room by
removing the oldest: so the bound holds at every moment, over all processes, and there is no
count that a crash, an eviction or a second process could make wrong.
"""

from __future__ import annotations

import hashlib

SHARES = 16


def share_of(key: str) -> int:
    """Return which share the page with this key belongs to: 0 to SHARES - 1."""
    return hashlib.sha256(key.encode()).digest()[0] % SHARES
