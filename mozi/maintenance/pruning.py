"""Deletes the objects that nothing has referred to for long enough.

It works through the listing in chunks, so memory does not grow with the storage.
mozi/posters/gc/tombstones.py has what happens when a builder stores a key that is being deleted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from mozi.database import IN_LIMIT, database_now, in_chunks, reading, writing
from mozi.errors import StorageError
from mozi.maintenance.references import PREFIXES, being_built, referred_to, retired_at
from mozi.models import RetiredObject
from mozi.posters.gc.ownership import check_owner, claim
from mozi.posters.gc.tombstones import (
    TOMBSTONE_S,
    add_tombstones,
    confirm_deleted,
    database_time,
    forget_old_tombstones,
    take_turns,
)
from mozi.storage import Storage, StoredObject

DELETES_AT_ONCE = 8
# No delete starts later than this after its tombstone; one takes 15 s at most.
DELETING_S = TOMBSTONE_S / 2
NAMED = 1000  # keys in a report; it counts all
FAILURES_IN_A_ROW = 20  # then the storage is down


@dataclass(frozen=True)
class NotDeleted:
    """An object that could not be deleted, and the reason in one sentence."""

    key: str
    reason: str


@dataclass
class PruneReport:
    """The counts of a run so far; of a dry run, what it would have deleted.

    referred: objects that a row refers to. waiting: objects without reference, not old enough.
    size_bytes: of the deleted objects. keys: the first NAMED of these.
    """

    seen: int = 0
    referred: int = 0
    waiting: int = 0
    deleted: int = 0
    size_bytes: int = 0
    keys: list[str] = field(default_factory=list)
    failed: list[NotDeleted] = field(default_factory=list)
    interrupted: bool = False
    stopped_by: str | None = None

    def count(self, gone: StoredObject) -> None:
        """Count one object as deleted."""
        self.deleted += 1
        self.size_bytes += gone.size_bytes
        if len(self.keys) < NAMED:
            self.keys.append(gone.key)


class Pruning:
    """One run. older_than_s: 0 means any age. on_seen: called with the size of each chunk.

    stop: when set, the run ends after the present chunk.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        older_than_s: float,
        dry_run: bool = False,
        on_seen: Callable[[int], object] = lambda seen: None,
    ) -> None:
        self.storage = storage
        self.older_than_s = older_than_s
        self.dry_run = dry_run
        self.on_seen = on_seen
        self.stop = threading.Event()
        self.report = PruneReport()
        self._failures_in_a_row = 0

    def run(self) -> PruneReport:
        """Prune until the listing ends or `stop` is set; return the report.

        Raises ForeignStorage before anything is deleted.
        """
        check_owner(self.storage) if self.dry_run else claim(self.storage)
        began = database_time()
        try:
            for chunk in self._chunks():
                self._prune(chunk)
                self.on_seen(len(chunk))
        except StorageError as error:
            self.report.stopped_by = str(error)
        if self.report.stopped_by is None and not self.report.interrupted and not self.dry_run:
            forget_old_tombstones()
            _forget_retired(before=began - self.older_than_s)
        return self.report

    def _chunks(self) -> Iterator[list[StoredObject]]:
        for prefix in PREFIXES:
            for chunk in in_chunks(self.storage.list(prefix)):
                if self.stop.is_set():
                    self.report.interrupted = True
                    return
                yield chunk

    def _prune(self, chunk: Sequence[StoredObject]) -> None:
        old = self._old_enough(chunk)
        if self.dry_run:
            for each in old:
                self.report.count(each)
        elif old:
            self._delete(old)

    def _old_enough(self, chunk: Sequence[StoredObject]) -> list[StoredObject]:
        """Return the objects of chunk that have had no reference for older_than_s."""
        with reading() as session:
            now = session.scalars(select(database_now())).one()
            referred = referred_to(session, [each.key for each in chunk])
            free = [each for each in chunk if each.key not in referred]
            retired = retired_at(session, [each.key for each in free])
            in_work = being_built(session, [each.key for each in free])
        idle = [each for each in free if each.key not in in_work]
        old = [each for each in idle if self._is_old(each, retired.get(each.key, 0.0), now)]
        self.report.seen += len(chunk)
        self.report.referred += len(referred)
        self.report.waiting += len(free) - len(old)
        return old

    def _is_old(self, each: StoredObject, retired: float, now: float) -> bool:
        """Return whether the last reference was dropped, and the object stored, long enough ago."""
        since = max(each.stored_at.timestamp(), retired)
        return self.older_than_s == 0 or since <= now - self.older_than_s

    def _delete(self, old: Sequence[StoredObject]) -> None:
        """Add tombstones for those still without reference, delete the objects, and confirm.

        A delete that got no answer may still happen later, so its tombstone stays for
        TOMBSTONE_S.
        """
        with writing() as session:
            take_turns(session)
            referred = referred_to(session, [each.key for each in old])
            free = [each for each in old if each.key not in referred]
            self.report.referred += len(referred)
            if not free:
                return
            run = add_tombstones(session, [each.key for each in free])
        until = time.monotonic() + DELETING_S
        with ThreadPoolExecutor(DELETES_AT_ONCE) as threads:
            faults = list(threads.map(lambda each: self._delete_one(each, until), free))
        failed = {each.key for each, fault in zip(free, faults, strict=True) if fault}
        confirm_deleted(run, but=failed)
        for each, fault in zip(free, faults, strict=True):
            self._count(each, fault)

    def _delete_one(self, each: StoredObject, until: float) -> str | None:
        if time.monotonic() >= until:
            return "There was no time left to delete it safely; the next run deletes it."
        try:
            self.storage.delete(each.key)
        except StorageError as error:
            return str(error)
        return None

    def _count(self, each: StoredObject, fault: str | None) -> None:
        if fault is None:
            self.report.count(each)
            self._failures_in_a_row = 0
            return
        self.report.failed.append(NotDeleted(each.key, fault))
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= FAILURES_IN_A_ROW:
            raise StorageError(fault)


def _forget_retired(*, before: float) -> None:
    """Delete the old rows: their objects are deleted or referred to again."""
    old = select(RetiredObject.id).where(RetiredObject.retired_at < before).limit(IN_LIMIT)
    while True:
        with writing() as session:
            ids = session.scalars(old).all()
            session.execute(delete(RetiredObject).where(RetiredObject.id.in_(ids)))
        if len(ids) < IN_LIMIT:
            return
