"""The store behind the processes' own memory: Flask-Caching, on Redis or in a folder.

A store that is gone, slow, full or corrupt costs a render, never an error: every call is bounded
in time, and after a failure the store is not called for a while. Its size is bounded over all
processes (shards.py). Values are the bytes of entries.py; nothing is ever unpickled.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask
from flask_caching import Cache
from redis.exceptions import RedisError

from mozi import metrics
from mozi.pagecache.entries import Entry, find_unpacked, pack
from mozi.pagecache.locks import FolderLocks, Locks, RedisLocks, Release
from mozi.pagecache.redis_pages import PREFIX
from mozi.settings import Settings

logger = logging.getLogger(__name__)
T = TypeVar("T")

REDIS_TIMEOUT_S = 0.1  # of a connect, and of an answer: a request pays it once in BACKOFF_S
BACKOFF_S = 5.0  # how long a store that failed is not called
WARN_EVERY_S = 60.0
CHECK_BYTES = 16 * 1024  # about a page
FAILURES = (OSError, RedisError, ValueError, TypeError, KeyError)


class PageStore:
    """Entries by key, shared by the processes of one release. Thread-safe; only check raises."""

    def __init__(self, app: Flask, settings: Settings, *, release: str = "") -> None:
        self._release_name = release
        self._cache = Cache(app, config=_config(settings))
        self._backend = app.extensions["cache"][self._cache]
        self._in_redis = settings.redis_url is not None
        self._secret = settings.secret_key.encode()
        self._backoff_until = 0.0
        self._warned_at = float("-inf")
        self._locks = _locks(settings, self._backend)

    @property
    def is_shared_by_machines(self) -> bool:
        """Whether other machines may have stored an entry, by clocks of their own."""
        return self._in_redis

    def find(self, key: str) -> Entry | None:
        """Return the entry stored under key, None where there is none with our signature."""
        return self._call(lambda: find_unpacked(self._backend.get(self._name(key)), self._secret))

    def put(self, key: str, entry: Entry) -> None:
        """Store the entry under key, in place of the one before."""
        packed = pack(entry, self._secret)
        self._call(lambda: self._backend.set(self._name(key), packed))

    def find_note(self, key: str) -> bytes | None:
        """Return the note stored under key, None where there is none, or the store is away."""
        return self._call(lambda: self._backend.get(self._name(key)))

    def put_note(self, key: str, note: bytes) -> None:
        """Store a short note for other processes; nothing may rely on it."""
        self._call(lambda: self._backend.set(self._name(key), note))

    @contextmanager
    def render_lock(self, key: str) -> Iterator[bool]:
        """Give whether this process has the lock to render the page, over all processes.

        True also where the store is away: then every process renders for itself.
        """
        no_lock: Release = _release_nothing
        release = self._call(lambda: self._locks.acquire(self._name(key)), default=no_lock)
        try:
            yield release is not None
        finally:
            if release is not None:
                self._release(release)

    def check(self) -> None:
        """Write as pages are written, and read it back, also while backing off; raises errors."""
        name, value = self._name(f"check of {os.getpid()}"), secrets.token_bytes(CHECK_BYTES)
        self._backend.set(name, value)
        if self._backend.get(name) != value:
            raise OSError("what was written did not come back")

    def _release(self, release: Release) -> None:
        """Release a lock, also while backing off: no lock outlives its render."""
        try:
            release()
        except FAILURES as error:
            self._back_off(error)

    def _name(self, key: str) -> str:
        return f"{self._release_name} {key}"

    def _call(self, call: Callable[[], T | None], default: T | None = None) -> T | None:
        if time.monotonic() < self._backoff_until:
            return default
        try:
            return call()
        except FAILURES as error:
            self._back_off(error)
            return default

    def _back_off(self, error: Exception) -> None:
        if self._in_redis:
            metrics.REDIS_FAILURES.labels("pages").inc()
        now = time.monotonic()
        self._backoff_until = now + BACKOFF_S
        if now >= self._warned_at + WARN_EVERY_S:
            self._warned_at = now
            logger.warning("The page cache's store does not work, pages are rendered: %s", error)


def _release_nothing() -> None:
    """Release no lock, where the store is away."""


def _config(settings: Settings) -> dict[str, Any]:
    """Return Flask-Caching's settings: Redis where there is one, else a folder in DATA_DIR."""
    life = {"CACHE_DEFAULT_TIMEOUT": int(settings.page_cache_seconds) or 1}
    if settings.redis_url is None:
        place = {"CACHE_DIR": str(settings.data_dir / "pages")}
        return {"CACHE_TYPE": "mozi.pagecache.folder.FolderPages", **place, **life}
    timeouts = {"socket_connect_timeout": REDIS_TIMEOUT_S, "socket_timeout": REDIS_TIMEOUT_S}
    return {
        "CACHE_TYPE": "mozi.pagecache.redis_pages.RedisPages",
        "CACHE_REDIS_URL": settings.redis_url,
        "CACHE_KEY_PREFIX": PREFIX,
        "CACHE_OPTIONS": {**timeouts, "retry": None},
        **life,
    }


def _locks(settings: Settings, backend: Any) -> Locks:
    if settings.redis_url is None:
        return FolderLocks(settings.data_dir / "pages-locks")
    return RedisLocks(backend._write_client, f"{PREFIX}lock:")
