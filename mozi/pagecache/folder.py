"""Entries in a folder that all workers of a machine share: a back end for Flask-Caching.

cachelib's own FileSystemCache unpickles what it reads, counts its files in a file of its own
without a lock, evicts first what should live longest, sleeps up to 16 s on a refused file, and
never removes what a killed writer left. Here is no count to be wrong: the folder is swept by
age and number, from a plain listing.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from flask_caching.backends.base import BaseCache

from mozi import clock

MAX_FILES = 5000  # some 300 MB at most
SWEEP_EVERY = 200  # writes of one process
GRACE_S = 60.0  # a file that is being written is younger than this


class FolderPages(BaseCache):
    """Bytes by key, each in a file named by the key's digest; replaced in one step."""

    def __init__(self, folder: str | Path, *, default_timeout: int, **_: Any) -> None:
        super().__init__(default_timeout)
        self.folder = Path(folder)
        self._writes = 0

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
        """Store value; readers see the one before or this one, never half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._writes % SWEEP_EVERY == 0:
            self.sweep()
        self._writes += 1
        handle, draft = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(value)
            os.replace(draft, self._path(key))
        except BaseException:
            with suppress(OSError):
                os.unlink(draft)
            raise
        return True

    def sweep(self, max_files: int = MAX_FILES) -> None:
        """Remove the files whose life is over, and the oldest beyond max_files."""
        for position, (age_s, path) in enumerate(sorted(self._ages())):
            if age_s > self.default_timeout + GRACE_S or position >= max_files:
                with suppress(OSError):
                    os.unlink(path)

    def _ages(self) -> Iterator[tuple[float, str]]:
        now_s = clock.now().timestamp()
        with os.scandir(self.folder) as items:
            for item in items:
                with suppress(OSError):  # somebody else has just replaced or swept it
                    yield now_s - item.stat().st_mtime, item.path

    def _path(self, key: str) -> Path:
        return self.folder / hashlib.sha256(key.encode()).hexdigest()
