"""The way of a page: read its rows, and render them only if they have changed.

    rows → their fingerprint → the entry with it, in memory or in the store → else render and store

Meanwhile the previous page is served, within the promised bound (memory.py). No entry is ever
deleted because of a change: an entry whose fingerprint is not that of the rows is outdated.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from mozi import clock, metrics
from mozi.database import in_one_line, reading
from mozi.errors import Busy, MoziError
from mozi.pagecache.entries import Entry, make_entry
from mozi.pagecache.fingerprints import digests_of, fingerprint_of, what_changed
from mozi.pagecache.memory import KeptPage, PageMemory
from mozi.pagecache.render_gate import RenderGate
from mozi.pagecache.store import PageStore

logger = logging.getLogger(__name__)
T = TypeVar("T")

HTML = "text/html; charset=utf-8"
FIRST_POLL_S = 0.005  # after which a waiting request checks whether it may be answered
POLL_EVERY_S = 0.05  # later; the end of the refresh that it waits for wakes it anyway
POLL_STORE_S = 0.05  # the same, while another process renders: a check reads the store
BEING_MADE_S = 0.5  # longer than a page takes; then its request waits with the others in serve()
LONGEST_WAIT_S = 5.0  # a render that hangs must not hold every thread of the process
# How long another process may take before this one renders: longer than Redis keeps the lock of a
# killed process, so that one of the waiting takes it over, and short enough to render then.
OTHERS_RENDER_S = 3.0
CHANGES_LISTED = 10
BACKOFF_S = 1.0  # after a read or a render has failed


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page that can be cached.

    name: for metrics and logs. key: one for each address and language. day: the local date.
    load: reads everything that the page shows; raises a MoziError where there is no such page.
    render: makes the text of that value and of nothing else, since the cache notices no other
    change.
    """

    name: str
    key: str
    day: str
    load: Callable[[Session], T]
    render: Callable[[T], str]
    content_type: str = HTML


@dataclass(frozen=True)
class Served:
    """An entry to answer with. result: hit, stale, or miss (rendered for this request)."""

    entry: Entry
    result: str

    @property
    def page(self) -> str:
        """Return the page's name, for the metrics."""
        return self.entry.page


@dataclass(frozen=True)
class _Rows:
    """One read of a page's rows. began: time.monotonic; at: seconds since the epoch."""

    shown: Any
    fingerprint: str
    began: float
    at: float


class PageCache:
    """The pages of one process, and the store behind it. Thread-safe.

    life_s: after which a page is rendered again in any case. coalesce_s: the least time between
    the beginnings of two renders of one page.
    """

    def __init__(self, store: PageStore, *, life_s: float, coalesce_s: float) -> None:
        self.store = store
        self.life_s = life_s
        self.coalesce_s = coalesce_s
        self.memory = PageMemory()
        self.gate = RenderGate()

    def find_ready(self, key: str, day: str) -> Served | None:
        """Return what can be answered from memory at once, without a query or a lock."""
        kept = self.memory.get(key)
        if kept is None or kept.entry is None:
            return None
        now = time.monotonic()
        if kept.is_hit(now, day):
            return Served(kept.entry, "hit")
        if not kept.may_serve_previous(now, coalesce_s=self.coalesce_s):
            return None
        if not kept.is_outdated(now, day):
            return Served(kept.entry, "hit")  # being read again, and not known to have changed
        kept.stale_answers += 1
        return Served(kept.entry, "stale")

    def find_being_made(self, key: str, day: str) -> Served | None:
        """Return the page once the thread that makes it now is through; None if none does.

        A request that finds it here needs no Flask (of 64 on 15 new pages, most).
        """
        kept = self.memory.get(key)
        if kept is None or not kept.refresh_lock.locked():
            return None
        if kept.refresh_lock.acquire(timeout=BEING_MADE_S):
            kept.refresh_lock.release()
        return self.find_ready(key, day)

    def serve(self, page: Page[Any]) -> Served:
        """Return the page; of all requests at once, one reads its rows and renders them.

        Raises what page.load raises where there is no such page. Where reading or rendering fails
        or hangs, the previous page is served, whatever its age; without one this raises the
        error, or Busy.
        """
        kept = self.memory.ensure(page.key)
        until, poll_s = time.monotonic() + LONGEST_WAIT_S, FIRST_POLL_S
        while time.monotonic() < until:
            ready = self.find_ready(page.key, page.day)
            if ready is not None:
                return ready
            if kept.refresh_lock.acquire(timeout=poll_s):
                try:
                    return self.find_ready(page.key, page.day) or self._refresh(kept, page)
                finally:
                    kept.refresh_began = None
                    self.memory.recount(page.key, kept)
                    kept.refresh_lock.release()
            poll_s = min(2 * poll_s, POLL_EVERY_S)
        if kept.entry is not None:  # the request that refreshes it hangs, which is a failure too
            return Served(kept.entry, "stale")
        raise Busy(f"The page {page.name} takes long to render.")

    def _refresh(self, kept: KeptPage, page: Page[Any]) -> Served:
        try:
            if kept.entry is not None:  # the others get it meanwhile, within the promised bound
                return self._read_and_serve(kept, page)
            with self.gate.hold() as hold:
                if self.store.is_shared_by_machines:
                    return self._read_and_serve(kept, page, before_waiting=hold.release)
                return self._read_in_one_process(kept, page, before_waiting=hold.release)
        except (MoziError, HTTPException):
            self.memory.drop(page.key)  # there is no such page any more
            raise
        except Exception as error:
            return self._serve_previous(kept, page, error)

    def _read_in_one_process(
        self, kept: KeptPage, page: Page[Any], *, before_waiting: Callable[[], None]
    ) -> Served:
        """Serve a page that this process has not got; one process of the machine reads its rows.

        The others take what it has stored: a page that was read within CHECK_EVERY_S is a hit in
        each of them. On other machines it might not be one, because clocks differ.
        """
        until = time.monotonic() + OTHERS_RENDER_S
        while True:
            with self.store.render_lock(page.key) as is_ours:
                if recent := self._find_recent(kept, page):
                    return recent
                if is_ours or time.monotonic() > until:
                    return self._read_and_serve(kept, page, has_lock=True)
            before_waiting()
            time.sleep(POLL_STORE_S)

    def _find_recent(self, kept: KeptPage, page: Page[Any]) -> Served | None:
        """Keep what the store has, and return it if its rows were read within CHECK_EVERY_S."""
        now = time.monotonic()
        self._keep_stored(kept, page, now, clock.now().timestamp())
        if kept.entry is None or not kept.is_hit(now, page.day):
            return None
        return Served(kept.entry, "hit")

    def _read_and_serve(
        self,
        kept: KeptPage,
        page: Page[Any],
        *,
        before_waiting: Callable[[], None] = lambda: None,
        has_lock: bool = False,
    ) -> Served:
        """Read the rows, and serve the page of just these rows.

        before_waiting: called before this waits for another process's render. has_lock: whether
        to render without waiting for any.
        """
        kept.refresh_began = time.monotonic()
        rows = _read_rows(page)
        if self._is_current(kept.entry, rows, page):
            return self._serve_current(kept, rows)
        return self._renew(kept, page, rows, before_waiting=before_waiting, has_lock=has_lock)

    def _serve_current(self, kept: KeptPage, rows: _Rows) -> Served:
        assert kept.entry is not None  # noqa: S101 - _is_current was true
        kept.confirm(rows.began)
        return Served(kept.entry, "hit")

    def _renew(
        self,
        kept: KeptPage,
        page: Page[Any],
        rows: _Rows,
        *,
        before_waiting: Callable[[], None],
        has_lock: bool,
    ) -> Served:
        """Take the page from the store if another process has rendered it, else render it."""
        if self._take_stored(kept, page, rows):
            return self._serve_current(kept, rows)
        kept.changed = True
        if self._too_soon(kept) and (early := self.find_ready(page.key, page.day)):
            return early
        if has_lock:
            return self._render(kept, page, rows)
        until = time.monotonic() + OTHERS_RENDER_S
        while True:
            with self.store.render_lock(page.key) as is_ours:
                if is_ours or time.monotonic() > until:
                    return self._take_stored_or_render(kept, page, rows)
            before_waiting()
            if early := self.find_ready(page.key, page.day):
                return early
            time.sleep(POLL_STORE_S)

    def _take_stored_or_render(self, kept: KeptPage, page: Page[Any], rows: _Rows) -> Served:
        """Check the store once more under the lock, and render if the page is not there."""
        if self._take_stored(kept, page, rows):
            return self._serve_current(kept, rows)
        return self._render(kept, page, rows)

    def _take_stored(self, kept: KeptPage, page: Page[Any], rows: _Rows) -> bool:
        """Keep what the store has, if it is newer; return whether it is the page of the rows."""
        if not self._keep_stored(kept, page, rows.began, rows.at):
            return False
        return self._is_current(kept.entry, rows, page) and rows.began < kept.ends_at

    def _keep_stored(self, kept: KeptPage, page: Page[Any], now: float, at: float) -> bool:
        """Keep the store's entry if it is newer; return whether it has one.

        now, at: the same moment, in time.monotonic and in seconds since the epoch.
        """
        entry = self.store.find(page.key)
        if entry is None:
            return False
        began = now - max(0.0, at - entry.began)
        if kept.entry is None or began > kept.render_began:
            kept.replace(entry, began, render_began=began, ends_at=began + self.life_s)
        return True

    def _is_current(self, entry: Entry | None, rows: _Rows, page: Page[Any]) -> bool:
        return (
            entry is not None
            and entry.fingerprint == rows.fingerprint
            and entry.day == page.day
            and rows.at < entry.began + self.life_s
        )

    def _too_soon(self, kept: KeptPage) -> bool:
        return time.monotonic() < kept.render_began + self.coalesce_s

    def _render(self, kept: KeptPage, page: Page[Any], rows: _Rows) -> Served:
        before, began = kept.entry, time.monotonic()
        entry = make_entry(
            page.render(rows.shown).encode(),
            page=page.name,
            fingerprint=rows.fingerprint,
            day=page.day,
            began=rows.at,
            content_type=page.content_type,
            digests=digests_of(rows.shown),
        )
        kept.replace(entry, rows.began, render_began=began, ends_at=rows.began + self.life_s)
        self.store.put(page.key, entry)
        _log_render(page, before, entry, began=began, stale_answers=kept.stale_answers)
        kept.stale_answers = 0
        return Served(entry, "miss")

    def _serve_previous(self, kept: KeptPage, page: Page[Any], error: Exception) -> Served:
        """Return the previous page, whatever its age, after reading or rendering has failed."""
        previous = kept.entry or self.store.find(page.key)
        if previous is None:
            raise error
        metrics.PAGE_RENDER_FAILURES.labels(page.name).inc()
        logger.error(
            "%s: the previous page is shown, since a new one failed: %s",
            page.name,
            in_one_line(error),
        )
        kept.entry = previous
        kept.backoff_until = time.monotonic() + BACKOFF_S
        return Served(previous, "stale")


def _read_rows(page: Page[Any]) -> _Rows:
    began, at = time.monotonic(), clock.now().timestamp()
    with reading() as session:
        shown = page.load(session)
    return _Rows(shown, fingerprint_of(shown), began, at)


def reason_of(before: Entry | None, after: Entry) -> tuple[str, tuple[str, ...]]:
    """Return why a page was rendered, and which movies ("7") and pictures ("7.thumb") changed."""
    if before is None:
        return "first", ()
    changed = what_changed(before.digests, after.digests)
    if before.day != after.day:
        return "day", changed
    if before.fingerprint == after.fingerprint:
        return "expired", ()
    return ("variant" if changed and all("." in name for name in changed) else "movie"), changed


def _log_render(
    page: Page[Any], before: Entry | None, after: Entry, *, began: float, stale_answers: int
) -> None:
    """Count and log a render that began then, and why it was made."""
    seconds = time.monotonic() - began
    reason, changed = reason_of(before, after)
    metrics.PAGE_RENDER_SECONDS.observe(seconds)
    if before is not None:
        metrics.PAGE_CACHE_RESETS.labels(page.name, reason).inc()
    listed = " ".join(changed[:CHANGES_LISTED]) + (" …" if len(changed) > CHANGES_LISTED else "")
    logger.info(
        "page %s rendered in %.0f ms: %s%s, %d answered stale meanwhile",
        page.name, 1000 * seconds, reason, f" ({listed})" if listed else "", stale_answers,
    )  # fmt: skip
