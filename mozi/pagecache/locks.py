"""Whose turn it is to render a page, over all processes that share a store.

A lock is a courtesy, not a guard: two who render the same page store the same rows' page. So
one that cannot be had, or runs out, costs a render and nothing else, and a process that was
killed or stopped while it held one holds up the others for LONGEST_RENDER_MS at most.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

Release = Callable[[], object]

FILES = 256  # pages that share a file wait for one another now and then, and files do not pile up
LONGEST_RENDER_MS = 2_000  # well above a render, well below what a visitor waits
RELEASE_IF_MINE = "if redis.call('get',KEYS[1])==ARGV[1] then redis.call('del',KEYS[1]) end"


class Locks(Protocol):
    """Locks by key; acquire never waits."""

    def acquire(self, key: str) -> Release | None:
        """Return what gives the lock back, None while somebody else has it."""


class FolderLocks:
    """Locks of the operating system, which a killed process loses by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def acquire(self, key: str) -> Release | None:
        """Return what gives the lock back, None while somebody else has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = int(hashlib.sha256(key.encode()).hexdigest(), 16) % FILES
        handle = os.open(self.folder / f"{number:02x}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return lambda: os.close(handle)


class RedisLocks:
    """Keys with an owner and an end, in the way that Redis's own documentation has it."""

    def __init__(self, client: Any, prefix: str) -> None:
        self.client = client
        self.prefix = prefix

    def acquire(self, key: str) -> Release | None:
        """Return what gives the lock back, None while somebody else has it."""
        name, owner = f"{self.prefix}{key}", secrets.token_hex(16)
        if not self.client.set(name, owner, nx=True, px=LONGEST_RENDER_MS):
            return None
        return lambda: self.client.eval(RELEASE_IF_MINE, 1, name, owner)
