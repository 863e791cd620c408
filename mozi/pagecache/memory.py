"""What one process keeps of each page, and when it may be served. All times: time.monotonic.

A page is *known* to be current at the moment at which a read of its rows began and agreed
with it. For CHECK_EVERY_S after that it is a hit. Later, one request reads again; meanwhile,
and while the page is rendered anew, the others get the previous page, for as long as it was
known to be current within the promised bound. After that they wait. In the coalescing pause
after a render nobody reads: a change could not be rendered yet.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from mozi.pagecache.entries import Entry
from mozi.units import MIB

CHECK_EVERY_S = 1.0
MEMORY_BYTES = 32 * MIB
SLOT_BYTES = 500  # measured: 430 with its place in the dictionary, without entry and key
NEVER = float("-inf")


@dataclass
class Slot:
    """One page in one process. `turn` is held by the one request that reads or renders.

    known_at: when the entry was last known to be current. moved: a later read found other
    rows. render_began: of the last render that this process knows of. working_since: of the
    read or render under way. ends_at: when the entry's life is over. held_bytes: what Slots has
    counted for it.
    """

    entry: Entry | None = None
    known_at: float = NEVER
    moved: bool = False
    render_began: float = NEVER
    working_since: float | None = None
    ends_at: float = NEVER
    resting_until: float = NEVER
    served_stale: int = 0
    held_bytes: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def is_hit(self, now: float, day: str) -> bool:
        """Return whether the entry may be served as current."""
        return now < self.known_at + CHECK_EVERY_S and not self.is_outdated(now, day)

    def is_outdated(self, now: float, day: str) -> bool:
        """Return whether the entry is known not to be what would be rendered now."""
        return self.moved or now >= self.ends_at or self.entry is None or self.entry.day != day

    def may_serve_previous(self, now: float, *, coalesce_s: float) -> bool:
        """Return whether the previous page may be served while somebody sees to the new one.

        Either it was known to be current within the bound, or the work under way began
        within it: then no answer is older than the bound and one render.
        """
        if self.entry is None:
            return False
        if now < self.resting_until:
            return True
        bound = self.known_at + coalesce_s + CHECK_EVERY_S
        working_since = self.working_since
        if working_since is not None and working_since <= bound:
            return True
        return now < self.render_began + coalesce_s and now <= bound

    def confirm(self, read_began: float) -> None:
        """Note that a read that began then found the entry current."""
        self.known_at = read_began
        self.moved = False

    def take(self, entry: Entry, read_began: float, *, render_began: float, ends_at: float) -> None:
        """Keep a new entry, made of rows whose read began then."""
        self.entry = entry
        self.render_began = render_began
        self.ends_at = ends_at
        self.confirm(read_began)


class Slots:
    """The slots of one process by key, bounded by bytes; the least recently used go first."""

    def __init__(self, max_bytes: int = MEMORY_BYTES) -> None:
        self.max_bytes = max_bytes
        self._slots: OrderedDict[str, Slot] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Slot | None:
        """Return the slot under key, if there is one, without touching its place."""
        return self._slots.get(key)

    def ensure(self, key: str) -> Slot:
        """Return the slot under key, an empty one where there is none, as the newest."""
        with self._lock:
            slot = self._slots.setdefault(key, Slot())
            self._slots.move_to_end(key)
            self._weigh(key, slot)
            return slot

    def weigh(self, key: str, slot: Slot) -> None:
        """Count what slot holds now, and make room for it; call it after each work on a slot.

        A slot that was dropped during the work is not taken back.
        """
        with self._lock:
            if self._slots.get(key) is slot:
                self._weigh(key, slot)

    def forget(self, key: str) -> None:
        """Drop the slot of a page that is no page any more."""
        with self._lock:
            slot = self._slots.pop(key, None)
            self._held_bytes -= slot.held_bytes if slot else 0

    def _weigh(self, key: str, slot: Slot) -> None:
        before, slot.held_bytes = slot.held_bytes, _size(key, slot)
        self._held_bytes += slot.held_bytes - before
        while self._held_bytes > self.max_bytes and len(self._slots) > 1:
            _, forgotten = self._slots.popitem(last=False)
            self._held_bytes -= forgotten.held_bytes


def _size(key: str, slot: Slot) -> int:
    return SLOT_BYTES + len(key) + (slot.entry.size_bytes if slot.entry else 0)
