"""Compares records and objects in both directions, and repairs what can be repaired.

It works in chunks, so memory does not grow with the site. Each finding is passed on at once;
the report counts all and keeps the first NAMED of each kind.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from mozi import clock
from mozi.database import in_chunks, reading
from mozi.errors import ObjectNotFound, StorageError
from mozi.maintenance.records import ORIGINAL, Record, forget, records, rewrite_url
from mozi.maintenance.references import PREFIXES, being_built, referred_to, retired_at
from mozi.maintenance.storage_check import is_of_a_check
from mozi.posters.gc.ownership import claim
from mozi.posters.keys import original_digest
from mozi.storage import IMMUTABLE, ObjectHeaders, Storage, StoredObject, type_of

T = TypeVar("T")
GONE, WRONG_HEADERS, FORMER_HOST, UNRECORDED = "gone", "wrong_headers", "former_host", "unrecorded"
DAMAGED = "damaged"
KINDS = (GONE, DAMAGED, WRONG_HEADERS, FORMER_HOST, UNRECORDED)
ASKED_AT_ONCE = 16
ASKED_IN_A_ROW = 32  # by one thread: its hand-over takes longer than a look at a file
NAMED = 1000
FAILURES_IN_A_ROW = 20  # then the storage is down
# An object is stored before it is recorded, so a younger one is checked a second time.
YOUNG_S = 60.0
RECHECK_AFTER_S = 5.0


@dataclass(frozen=True)
class Finding:
    """One fault. record: None for an object without a record."""

    kind: str
    key: str
    reason: str
    record: Record | None = None
    repaired: bool = False

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}{' (repaired)' if self.repaired else ''}"


@dataclass
class CheckReport:
    """The findings of a run so far.

    recorded, stored: the records and objects that were checked. retired: objects that lost their
    last reference, or that check-storage left behind; they are no faults and wait for
    prune-posters. failed: records that could not be checked.
    """

    recorded: int = 0
    stored: int = 0
    retired: int = 0
    repaired: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    findings: dict[str, list[Finding]] = field(default_factory=lambda: {k: [] for k in KINDS})
    failed: list[Finding] = field(default_factory=list)
    interrupted: bool = False
    stopped_by: str | None = None

    @property
    def wrong(self) -> int:
        """Return how many faults are left."""
        return self.counts.total() - self.repaired + len(self.failed)


class Checking:
    """One run. on_found: called with each finding; on_seen: with the size of each checked chunk.

    stop: when set, the run ends after the present chunk.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        repair: bool = False,
        on_found: Callable[[Finding], object] = lambda finding: None,
        on_seen: Callable[[int], object] = lambda seen: None,
    ) -> None:
        self.storage = storage
        self.repair = repair
        self.on_found = on_found
        self.on_seen = on_seen
        self.stop = threading.Event()
        self.report = CheckReport()
        self._young: list[StoredObject] = []
        self._failures_in_a_row = 0

    def run(self) -> CheckReport:
        """Compare everything, or until `stop` is set; return the report.

        A repair needs a storage of this database: one without a mark is claimed, another
        database's raises ForeignStorage.
        """
        if self.repair:
            claim(self.storage)
        try:
            with ThreadPoolExecutor(ASKED_AT_ONCE) as threads:
                for chunk in self._until_stopped(records()):
                    self._check_records(chunk, threads)
            for objects in self._until_stopped(self._listed()):
                self._check_objects(objects)
            self._recheck_young()
        except StorageError as error:
            self.report.stopped_by = str(error)
        self.report.interrupted = self.stop.is_set()
        return self.report

    def _until_stopped(self, chunks: Iterator[list[T]]) -> Iterator[list[T]]:
        for chunk in chunks:
            if self.stop.is_set():
                return
            yield chunk
            self.on_seen(len(chunk))

    def _listed(self) -> Iterator[list[StoredObject]]:
        for prefix in PREFIXES:
            yield from in_chunks(self.storage.list(prefix))

    def _check_records(self, chunk: Sequence[Record], threads: ThreadPoolExecutor) -> None:
        self.report.recorded += len(chunk)
        parts = [
            chunk[start : start + ASKED_IN_A_ROW] for start in range(0, len(chunk), ASKED_IN_A_ROW)
        ]
        answers = chain.from_iterable(threads.map(self._headers_of, parts))
        for record, seen in zip(chunk, answers, strict=True):
            if isinstance(seen, StorageError):
                self._fail(record, seen)
                continue
            self._failures_in_a_row = 0
            if seen is None:
                self._report(GONE, record, _why_gone(record), self._forget)
            elif record.media != ORIGINAL:
                self._check_variant(record, seen)
            elif seen.sha256 and seen.sha256 != original_digest(record.key):
                reason = f"its bytes are others: their SHA-256 is {seen.sha256}"
                self._report(DAMAGED, record, reason, self._delete_damaged)

    def _headers_of(self, part: Sequence[Record]) -> list[ObjectHeaders | StorageError | None]:
        return [self._headers(record) for record in part]

    def _headers(self, record: Record) -> ObjectHeaders | StorageError | None:
        """Return the headers, None for a missing object, or the error."""
        try:
            return self.storage.headers(record.key)
        except ObjectNotFound:
            return None
        except StorageError as error:
            return error

    def _check_variant(self, record: Record, seen: ObjectHeaders) -> None:
        if (seen.content_type, seen.cache_control) != (type_of(record.key), IMMUTABLE):
            reason = f"visitors get it as {seen.content_type!r}, {seen.cache_control!r}"
            self._report(WRONG_HEADERS, record, reason, self._store_again)
        url = self.storage.url(record.key)
        if record.url != url:
            reason = f"pages link {record.url}, but it is at {url}"
            self._report(FORMER_HOST, record, reason, lambda r: rewrite_url(r, url))

    def _report(
        self, kind: str, record: Record, reason: str, repair: Callable[[Record], bool]
    ) -> None:
        repaired = False
        if self.repair:
            try:
                repaired = repair(record)
            except StorageError as error:
                self._fail(record, error)
        self._add(Finding(kind, record.key, f"{record}: {reason}", record, repaired))

    def _forget(self, record: Record) -> bool:
        return forget(record, self.storage)

    def _delete_damaged(self, record: Record) -> bool:
        """Delete an original that can be fetched again; an upload's stays, for a person to see."""
        if record.uploaded:
            return False
        self.storage.delete(record.key)
        return forget(record, self.storage)

    def _store_again(self, record: Record) -> bool:
        """Put the same bytes again; an object gets its headers only when it is stored."""
        body = self.storage.get(record.key)
        self.storage.put(record.key, body, content_type=type_of(record.key), public=True)
        return True

    def _check_objects(self, chunk: Sequence[StoredObject]) -> None:
        self.report.stored += len(chunk)
        now = clock.now()
        for each in self._unrecorded(chunk):
            age_s = (now - each.stored_at).total_seconds()
            if age_s < YOUNG_S and len(self._young) < NAMED:
                self._young.append(each)
            else:
                self._report_unrecorded(each)

    def _unrecorded(self, chunk: Sequence[StoredObject]) -> list[StoredObject]:
        keys = [each.key for each in chunk]
        with reading() as session:
            known = referred_to(session, keys) | being_built(session, keys)
            retired = set(retired_at(session, keys)) - known
        retired |= {key for key in keys if is_of_a_check(key)}
        self.report.retired += len(retired)
        return [each for each in chunk if each.key not in known | retired]

    def _recheck_young(self) -> None:
        """Check the young objects again; they may have been recorded meanwhile."""
        if not self._young or self.stop.wait(RECHECK_AFTER_S):
            return
        for chunk in in_chunks(self._young):
            for each in self._unrecorded(chunk):
                self._report_unrecorded(each)

    def _report_unrecorded(self, each: StoredObject) -> None:
        reason = "it is stored, but nothing ever referred to it; prune-posters deletes it in time"
        self._add(Finding(UNRECORDED, each.key, reason))

    def _add(self, finding: Finding) -> None:
        self.report.counts[finding.kind] += 1
        self.report.repaired += finding.repaired
        if len(self.report.findings[finding.kind]) < NAMED:
            self.report.findings[finding.kind].append(finding)
        self.on_found(finding)

    def _fail(self, record: Record, error: StorageError) -> None:
        finding = Finding("failed", record.key, f"{record}: {error}", record)
        if len(self.report.failed) < NAMED:
            self.report.failed.append(finding)
        self.on_found(finding)
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= FAILURES_IN_A_ROW:
            raise error


def _why_gone(record: Record) -> str:
    if record.uploaded:
        return "it is recorded, but its object is gone; upload it again"
    return "it is recorded, but its object is gone"
