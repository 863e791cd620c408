"""Entries in a folder that all workers of a machine share: a back end for Flask-Caching.

cachelib's own FileSystemCache unpickles what it reads, counts its files without a lock, evicts
first what should live longest, sleeps up to 16 s on a refused file, and never removes what a
killed writer left. Here each shard (shards.py) is a folder that one process at a time writes to,
and lists before each write: there is no count.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import Flask
from flask_caching.backends.base import BaseCache

from mozi import clock
from mozi.pagecache.shards import SHARDS, shard_of
from mozi.units import MIB

MAX_BYTES = 32 * MIB  # on the disk, over all processes
BLOCK_BYTES = 4096  # what a file system gives out at a time
GRACE_S = 60.0  # beyond a page's life, for clocks that differ
LOCK = "lock"
DRAFT = "draft-"  # only the lock's holder writes: a draft that another finds is a killed one's
LONGEST_WAIT_S = 0.1  # for the lock, which a process holds for a millisecond


class FolderPages(BaseCache):
    """Bytes by key, each in a file named by the key's digest; replaced in one step."""

    def __init__(
        self, folder: str | Path, *, default_timeout: int, max_bytes: int = MAX_BYTES, **_: Any
    ) -> None:
        super().__init__(default_timeout)
        self.folder = Path(folder)
        self.shard_bytes = max_bytes // SHARDS
        self._is_tidy = False

    @classmethod
    def factory(
        cls, app: Flask, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
    ) -> FolderPages:
        """Return the back end that CACHE_DIR names, as Flask-Caching asks for it."""
        return cls(config["CACHE_DIR"], **kwargs)

    def get(self, key: str) -> bytes | None:
        """Return what is stored, however old: an entry knows its own age."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def set(self, key: str, value: bytes, timeout: object = None) -> bool:
        """Store value and return True; readers see the value before or this one, never half.

        Returns False where value is larger than its shard, or another process keeps its lock.
        """
        path = self._path(key)
        self._tidy_once()
        with _locked(path.parent) as is_ours:
            if not is_ours or _on_disk(len(value)) > self.shard_bytes:
                return False
            self._make_room(path, self.shard_bytes - _on_disk(len(value)))
            _write(path, value)
        return True

    def _make_room(self, path: Path, left_bytes: int) -> None:
        """Remove old pages, killed writers' drafts, and the oldest pages beyond left_bytes.

        The version that path holds goes first.
        """
        files = sorted(_files(path.parent), key=lambda file: (file[0] != str(path), file[1]))
        now_s = clock.now().timestamp()
        for name, written_at, size_bytes in reversed(files):
            left_bytes -= _on_disk(size_bytes)
            too_old = now_s - written_at > self.default_timeout + GRACE_S
            if too_old or left_bytes < 0 or os.path.basename(name).startswith(DRAFT):
                os.unlink(name)

    def _tidy_once(self) -> None:
        """Remove the files of earlier releases, which were in one folder without a bound."""
        if self._is_tidy:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, _, _ in _files(self.folder):
            with suppress(FileNotFoundError):  # another process does the same
                os.unlink(name)
        self._is_tidy = True

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self.folder / f"{shard_of(key):x}" / name


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Give whether this process has the shard's lock in the block; a killed process loses it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _is_locked(handle)
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    until = time.monotonic() + LONGEST_WAIT_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.001)
        else:
            return True


def _files(folder: Path) -> Iterator[tuple[str, float, int]]:
    """Yield each file's path, when it was written, and its size; without the lock's file."""
    with os.scandir(folder) as items:
        for item in items:
            if item.name != LOCK and item.is_file(follow_symlinks=False):
                status = item.stat(follow_symlinks=False)
                yield item.path, status.st_mtime, status.st_size


def _write(path: Path, value: bytes) -> None:
    handle, draft = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(value)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _on_disk(size_bytes: int) -> int:
    return -(-size_bytes // BLOCK_BYTES) * BLOCK_BYTES
