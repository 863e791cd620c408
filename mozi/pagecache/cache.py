"""The way of a page: read its rows, and render them only where they are not the ones before.

    rows → their fingerprint → the entry with it, here or in the store → else render and store

Served meanwhile: the previous page, within the promised bound (slots). Nobody ever deletes an
entry: one whose fingerprint is not that of the rows is simply not the page any more.
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
from mozi.pagecache.fingerprints import fingerprint_of, marks_of, what_changed
from mozi.pagecache.memory import Slot, Slots
from mozi.pagecache.render_gate import Pace
from mozi.pagecache.store import PageStore

logger = logging.getLogger(__name__)
T = TypeVar("T")

HTML = "text/html; charset=utf-8"
FIRST_LOOK_S = 0.005  # after which a request that waits looks whether it may be answered
LOOK_EVERY_S = 0.05  # later: the end of the turn it waits for wakes it anyway
OTHERS_LOOK_S = 0.05  # the same, while another process renders: it costs a read of the store
LONGEST_WAIT_S = 5.0  # a render that hangs must not hold every thread of the process
# How long another process may take before we render for ourselves: longer than Redis keeps the
# lock of a killed one, so that one of those who wait takes over, and short enough to render then.
OTHERS_RENDER_S = 3.0
CHANGES_LISTED = 10
REST_S = 1.0  # how long nobody reads or renders again after that has failed


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page that can be cached.

    name: for metrics and logs. key: one for each address, language and release. day: the
    local date. load: reads all that the page shows, and raises a MoziError where it is no
    page. render: turns just that into text; whatever else it showed would never be noticed.
    """

    name: str
    key: str
    day: str
    load: Callable[[Session], T]
    render: Callable[[T], str]
    content_type: str = HTML


@dataclass(frozen=True)
class Served:
    """What to answer, and whether it is a hit, stale or a miss (rendered for this request)."""

    entry: Entry
    result: str

    @property
    def page(self) -> str:
        """Return the page's name, for the metrics."""
        return self.entry.page


@dataclass(frozen=True)
class _Read:
    """One reading of a page's rows; began: time.monotonic, at: seconds since the epoch."""

    shown: Any
    fingerprint: str
    began: float
    at: float


class PageCache:
    """The pages of one process, and the store behind it. Thread-safe.

    life_s: after which a page is rendered again in any case. coalesce_s: between the
    beginnings of two renders of one page.
    """

    def __init__(self, store: PageStore, *, life_s: float, coalesce_s: float) -> None:
        self.store = store
        self.life_s = life_s
        self.coalesce_s = coalesce_s
        self.slots = Slots()
        self.pace = Pace()

    def find_ready(self, key: str, day: str) -> Served | None:
        """Return what can be answered from memory at once, without a query or a lock."""
        slot = self.slots.get(key)
        if slot is None or slot.entry is None:
            return None
        now = time.monotonic()
        if slot.is_hit(now, day):
            return Served(slot.entry, "hit")
        if not slot.may_serve_previous(now, coalesce_s=self.coalesce_s):
            return None
        if not slot.is_outdated(now, day):
            return Served(slot.entry, "hit")  # being read again, and not known to have changed
        slot.served_stale += 1
        return Served(slot.entry, "stale")

    def serve(self, page: Page[Any]) -> Served:
        """Return the page; of all who ask at once, one reads its rows and renders them.

        Raises what page.load raises where there is no such page, what failed where there is no
        previous page to show instead, and Busy where somebody else's render takes too long.
        A previous page is shown whatever its age where that fails or hangs.
        """
        slot = self.slots.ensure(page.key)
        until, look_s = time.monotonic() + LONGEST_WAIT_S, FIRST_LOOK_S
        while time.monotonic() < until:
            ready = self.find_ready(page.key, page.day)
            if ready is not None:
                return ready
            if slot.turn.acquire(timeout=look_s):
                try:
                    return self.find_ready(page.key, page.day) or self._see_to(slot, page)
                finally:
                    slot.working_since = None
                    self.slots.weigh(page.key, slot)
                    slot.turn.release()
            look_s = min(2 * look_s, LOOK_EVERY_S)
        if slot.entry is not None:  # whoever reads or renders hangs: as if that had failed
            return Served(slot.entry, "stale")
        raise Busy(f"The page {page.name} takes long to render.")

    def _see_to(self, slot: Slot, page: Page[Any]) -> Served:
        try:
            if slot.entry is not None:  # shown meanwhile, for a time that is promised
                return self._looked_at(slot, page)
            with self.pace.turn() as turn:
                return self._looked_at(slot, page, before_waiting=turn.leave)
        except (MoziError, HTTPException):
            self.slots.forget(page.key)  # it is no page any more
            raise
        except Exception as error:
            return self._previous(slot, page, error)

    def _looked_at(
        self, slot: Slot, page: Page[Any], *, before_waiting: Callable[[], None] = lambda: None
    ) -> Served:
        """Read the rows, and serve the page of just those.

        before_waiting: called before another process's render is waited for.
        """
        slot.working_since = time.monotonic()
        read = _read(page)
        if self._is_current(slot.entry, read, page):
            return self._confirmed(slot, read)
        return self._renew(slot, page, read, before_waiting)

    def _confirmed(self, slot: Slot, read: _Read) -> Served:
        assert slot.entry is not None  # noqa: S101 - _is_current has looked
        slot.confirm(read.began)
        return Served(slot.entry, "hit")

    def _renew(
        self, slot: Slot, page: Page[Any], read: _Read, before_waiting: Callable[[], None]
    ) -> Served:
        """Take the page from the store where another process has it, else render it."""
        if self._find_stored(slot, page, read):
            return self._confirmed(slot, read)
        slot.moved = True
        if self._too_soon(slot) and (early := self.find_ready(page.key, page.day)):
            return early
        until = time.monotonic() + OTHERS_RENDER_S
        while True:
            with self.store.render_turn(page.key) as is_ours:
                if is_ours or time.monotonic() > until:
                    return self._found_or_rendered(slot, page, read)
            before_waiting()
            if early := self.find_ready(page.key, page.day):
                return early
            time.sleep(OTHERS_LOOK_S)

    def _found_or_rendered(self, slot: Slot, page: Page[Any], read: _Read) -> Served:
        """Look once more, now that it is our turn: the one before us may have rendered it."""
        if self._find_stored(slot, page, read):
            return self._confirmed(slot, read)
        return self._rendered(slot, page, read)

    def _find_stored(self, slot: Slot, page: Page[Any], read: _Read) -> bool:
        """Take what the store has, the previous page too; return whether it is the page."""
        entry = self.store.find(page.key)
        if entry is None:
            return False
        rendered_at = read.began - max(0.0, read.at - entry.began)
        if slot.entry is None or rendered_at > slot.render_began:
            slot.take(
                entry, rendered_at, render_began=rendered_at, ends_at=rendered_at + self.life_s
            )
        return self._is_current(slot.entry, read, page) and read.began < slot.ends_at

    def _is_current(self, entry: Entry | None, read: _Read, page: Page[Any]) -> bool:
        return (
            entry is not None
            and entry.fingerprint == read.fingerprint
            and entry.day == page.day
            and read.at < entry.began + self.life_s
        )

    def _too_soon(self, slot: Slot) -> bool:
        return time.monotonic() < slot.render_began + self.coalesce_s

    def _rendered(self, slot: Slot, page: Page[Any], read: _Read) -> Served:
        before, began = slot.entry, time.monotonic()
        entry = make_entry(
            page.render(read.shown).encode(),
            page=page.name,
            fingerprint=read.fingerprint,
            day=page.day,
            began=read.at,
            content_type=page.content_type,
            marks=marks_of(read.shown),
        )
        slot.take(entry, read.began, render_began=began, ends_at=read.began + self.life_s)
        self.store.put(page.key, entry)
        _tell(page, before, entry, seconds=time.monotonic() - began, stale=slot.served_stale)
        slot.served_stale = 0
        return Served(entry, "miss")

    def _previous(self, slot: Slot, page: Page[Any], error: Exception) -> Served:
        """Return the previous page, whatever its age, after reading or rendering has failed."""
        previous = slot.entry or self.store.find(page.key)
        if previous is None:
            raise error
        metrics.PAGE_RENDER_FAILURES.labels(page.name).inc()
        logger.error(
            "%s: the previous page is shown, since a new one failed: %s",
            page.name,
            in_one_line(error),
        )
        slot.entry = previous
        slot.resting_until = time.monotonic() + REST_S
        return Served(previous, "stale")


def _read(page: Page[Any]) -> _Read:
    began, at = time.monotonic(), clock.now().timestamp()
    with reading() as session:
        shown = page.load(session)
    return _Read(shown, fingerprint_of(shown), began, at)


def reason_of(before: Entry | None, after: Entry) -> tuple[str, tuple[str, ...]]:
    """Return why a page was rendered, and which movies ("7") and pictures ("7.thumb") changed."""
    if before is None:
        return "first", ()
    changed = what_changed(before.marks, after.marks)
    if before.day != after.day:
        return "day", changed
    if before.fingerprint == after.fingerprint:
        return "expired", ()
    return ("variant" if changed and all("." in name for name in changed) else "movie"), changed


def _tell(
    page: Page[Any], before: Entry | None, after: Entry, *, seconds: float, stale: int
) -> None:
    reason, changed = reason_of(before, after)
    metrics.PAGE_RENDER_SECONDS.observe(seconds)
    if before is not None:
        metrics.PAGE_CACHE_RESETS.labels(page.name, reason).inc()
    listed = " ".join(changed[:CHANGES_LISTED]) + (" …" if len(changed) > CHANGES_LISTED else "")
    logger.info(
        "page %s rendered in %.0f ms: %s%s, %d answered stale meanwhile",
        page.name, 1000 * seconds, reason, f" ({listed})" if listed else "", stale,
    )  # fmt: skip
