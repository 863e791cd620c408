"""What one process keeps of each page, and when it may be served. All times: time.monotonic.

A page is *confirmed* at the moment at which a read of its rows began and agreed with it.

1. For CHECK_EVERY_S after that it is a hit.
2. Then one request reads the rows again. Until that read and a new render are done, the others
   get the previous page, if it was confirmed within the promised bound; else they wait.
3. In the coalescing pause after a render no request reads: a change could not be rendered yet.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from mozi.pagecache.entries import Entry
from mozi.units import MIB

CHECK_EVERY_S = 1.0
MAX_BYTES = 32 * MIB
PAGE_BYTES = 500  # measured: 430 with its place in the dictionary, without entry and key
NEVER = float("-inf")


@dataclass
class KeptPage:
    """One page in one process. The one request that reads or renders holds refresh_lock.

    confirmed_at: when the entry was last confirmed. changed: a later read found other rows.
    render_began: of the last render that this process knows of. refresh_began: of the read or
    render in progress. ends_at: the end of the entry's life. backoff_until: after a failure.
    stale_answers: since the last render. counted_bytes: what PageMemory has counted for it.
    """

    entry: Entry | None = None
    confirmed_at: float = NEVER
    changed: bool = False
    render_began: float = NEVER
    refresh_began: float | None = None
    ends_at: float = NEVER
    backoff_until: float = NEVER
    stale_answers: int = 0
    counted_bytes: int = 0
    refresh_lock: threading.Lock = field(default_factory=threading.Lock)

    def is_hit(self, now: float, day: str) -> bool:
        """Return whether the entry may be served as current."""
        return now < self.confirmed_at + CHECK_EVERY_S and not self.is_outdated(now, day)

    def is_outdated(self, now: float, day: str) -> bool:
        """Return whether the entry is known not to be what would be rendered now."""
        return self.changed or now >= self.ends_at or self.entry is None or self.entry.day != day

    def may_serve_previous(self, now: float, *, coalesce_s: float) -> bool:
        """Return whether the previous page may be served while another request refreshes it.

        Either it was confirmed within the bound, or the refresh in progress began within it: then
        no answer is older than the bound and one render.
        """
        if self.entry is None:
            return False
        if now < self.backoff_until:
            return True
        bound = self.confirmed_at + coalesce_s + CHECK_EVERY_S
        refresh_began = self.refresh_began
        if refresh_began is not None and refresh_began <= bound:
            return True
        return now < self.render_began + coalesce_s and now <= bound

    def confirm(self, read_began: float) -> None:
        """Note that a read that began then found the entry current."""
        self.confirmed_at = read_began
        self.changed = False

    def replace(
        self, entry: Entry, read_began: float, *, render_began: float, ends_at: float
    ) -> None:
        """Keep a new entry, rendered from rows whose read began then."""
        self.entry = entry
        self.render_began = render_began
        self.ends_at = ends_at
        self.confirm(read_began)


class PageMemory:
    """The pages of one process by key, bounded in bytes; the least recently used go first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._pages: OrderedDict[str, KeptPage] = OrderedDict()
        self._counted_bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> KeptPage | None:
        """Return the page under key, if there is one; this does not count as a use."""
        return self._pages.get(key)

    def ensure(self, key: str) -> KeptPage:
        """Return the page under key, a new one where there is none, as the last used."""
        with self._lock:
            kept = self._pages.setdefault(key, KeptPage())
            self._pages.move_to_end(key)
            self._count(key, kept)
            return kept

    def recount(self, key: str, kept: KeptPage) -> None:
        """Count the page's bytes anew, and make room; call it after each refresh.

        A page that was dropped during the refresh stays dropped.
        """
        with self._lock:
            if self._pages.get(key) is kept:
                self._count(key, kept)

    def drop(self, key: str) -> None:
        """Drop a page that does not exist any more."""
        with self._lock:
            kept = self._pages.pop(key, None)
            self._counted_bytes -= kept.counted_bytes if kept else 0

    def _count(self, key: str, kept: KeptPage) -> None:
        before, kept.counted_bytes = kept.counted_bytes, _size(key, kept)
        self._counted_bytes += kept.counted_bytes - before
        while self._counted_bytes > self.max_bytes and len(self._pages) > 1:
            _, dropped = self._pages.popitem(last=False)
            self._counted_bytes -= dropped.counted_bytes


def _size(key: str, kept: KeptPage) -> int:
    return PAGE_BYTES + len(key) + (kept.entry.size_bytes if kept.entry else 0)
