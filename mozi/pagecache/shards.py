"""How a store keeps its bound in bytes without an index of what is in it.

The digest of its key puts a page into one of SHARDS, each of which has its part of the bound. To
store a page, a process locks its shard, lists it, and removes the oldest pages until there is
room. So the bound holds at every moment, over all processes, and there is no count that a crash,
an eviction or another process could make wrong.
"""

from __future__ import annotations

import hashlib

SHARDS = 16


def shard_of(key: str) -> int:
    """Return the shard of the page with this key: 0 to SHARDS - 1."""
    return hashlib.sha256(key.encode()).digest()[0] % SHARDS
