"""Locks for rendering a page, over all processes that share a store.

A lock saves a render and guards nothing: two processes that render the same rows store the same
page. So a lock that fails or expires costs one render, and a process that is killed or stopped
with a lock delays the others by LONGEST_RENDER_MS at most.
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

FILES = 256  # pages that share a file wait for each other now and then; files do not pile up
LONGEST_RENDER_MS = 2_000  # well above a render, well below the longest wait of a visitor
RELEASE_IF_MINE = "if redis.call('get',KEYS[1])==ARGV[1] then redis.call('del',KEYS[1]) end"


class Locks(Protocol):
    """Locks by key; acquire never waits."""

    def acquire(self, key: str) -> Release | None:
        """Return what releases the lock, None while another process has it."""


class FolderLocks:
    """Locks of the operating system, which releases those of a killed process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def acquire(self, key: str) -> Release | None:
        """Return what releases the lock, None while another process has it."""
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
    """Keys with an owner and an expiry, as Redis documents locks on one instance."""

    def __init__(self, client: Any, prefix: str) -> None:
        self.client = client
        self.prefix = prefix

    def acquire(self, key: str) -> Release | None:
        """Return what releases the lock, None while another process has it."""
        name, owner = f"{self.prefix}{key}", secrets.token_hex(16)
        if not self.client.set(name, owner, nx=True, px=LONGEST_RENDER_MS):
            return None
        return lambda: self.client.eval(RELEASE_IF_MINE, 1, name, owner)
