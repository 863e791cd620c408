"""Whether records and objects agree, both ways, and mending what can be mended.

A chunk at a time, so memory does not grow with the site. Whatever is found is told at once;
the report keeps the first NAMED of each kind, and counts all.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from mozi import clock
from mozi.database import reading
from mozi.errors import ObjectNotFound, StorageError
from mozi.maintenance.records import CHUNK, ORIGINAL, Record, forget, records, rewrite_url
from mozi.maintenance.references import PREFIXES, being_built, referred_to, retired_at
from mozi.maintenance.storage_check import is_of_a_check
from mozi.posters.gc.ownership import claim
from mozi.storage import IMMUTABLE, ObjectHeaders, Storage, StoredObject, type_of

T = TypeVar("T")
GONE, WRONG_HEADERS, FORMER_HOST, UNRECORDED = "gone", "wrong_headers", "former_host", "unrecorded"
KINDS = (GONE, WRONG_HEADERS, FORMER_HOST, UNRECORDED)
ASKED_AT_ONCE = 16
NAMED = 1000
FAILURES_IN_A_ROW = 20  # then the storage is down
# An object is stored before it is recorded: what is younger than this is looked at again.
YOUNG_S = 60.0
LOOK_AGAIN_S = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. record: None for an object that nobody recorded."""

    kind: str
    key: str
    reason: str
    record: Record | None = None
    repaired: bool = False

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}{' (repaired)' if self.repaired else ''}"


@dataclass
class CheckReport:
    """What a run has found so far.

    recorded, stored: records and objects looked at. retired: objects that nothing refers to any
    more, or that a check-storage left, and that wait for prune-posters; nothing is wrong with
    them. failed: could not be told.
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
        """Return how many things are wrong still."""
        return self.counts.total() - self.repaired + len(self.failed)


class Checking:
    """One run. on_found: told of each finding at once. on_seen: of how many were looked at.

    stop: set by whoever wants the run to end; the chunk in hand is finished first.
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
        """Compare until all is seen or `stop` is set; return the report.

        Raises ForeignStorage where it is to repair by another database's storage; one that is
        nobody's, since its objects came by other ways, is this database's from then on.
        """
        if self.repair:
            claim(self.storage)
        try:
            with ThreadPoolExecutor(ASKED_AT_ONCE) as threads:
                for chunk in self._until_stopped(records()):
                    self._check_records(chunk, threads)
            for objects in self._until_stopped(self._listed()):
                self._check_objects(objects)
            self._look_again()
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
            listing = self.storage.list(prefix)
            while chunk := list(islice(listing, CHUNK)):
                yield chunk

    def _check_records(self, chunk: Sequence[Record], threads: ThreadPoolExecutor) -> None:
        self.report.recorded += len(chunk)
        for record, seen in zip(chunk, threads.map(self._look, chunk), strict=True):
            if isinstance(seen, StorageError):
                self._fail(record, seen)
                continue
            self._failures_in_a_row = 0
            if seen is None:
                self._found(GONE, record, _why_gone(record), self._forget)
            elif record.media != ORIGINAL:
                self._check_variant(record, seen)

    def _look(self, record: Record) -> ObjectHeaders | StorageError | None:
        try:
            return self.storage.headers(record.key)
        except ObjectNotFound:
            return None
        except StorageError as error:
            return error

    def _check_variant(self, record: Record, seen: ObjectHeaders) -> None:
        if (seen.content_type, seen.cache_control) != (type_of(record.key), IMMUTABLE):
            reason = f"visitors get it as {seen.content_type!r}, {seen.cache_control!r}"
            self._found(WRONG_HEADERS, record, reason, self._store_again)
        url = self.storage.url(record.key)
        if record.url != url:
            reason = f"pages link {record.url}, and it is at {url}"
            self._found(FORMER_HOST, record, reason, lambda r: rewrite_url(r, url))

    def _found(
        self, kind: str, record: Record, reason: str, mend: Callable[[Record], bool]
    ) -> None:
        repaired = False
        if self.repair:
            try:
                repaired = mend(record)
            except StorageError as error:
                self._fail(record, error)
        self._tell(Finding(kind, record.key, f"{record}: {reason}", record, repaired))

    def _forget(self, record: Record) -> bool:
        return forget(record, self.storage)

    def _store_again(self, record: Record) -> bool:
        """Put the same bytes with the right headers: they are fixed when an object is stored."""
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
                self._tell_unrecorded(each)

    def _unrecorded(self, chunk: Sequence[StoredObject]) -> list[StoredObject]:
        keys = [each.key for each in chunk]
        with reading() as session:
            known = referred_to(session, keys) | being_built(session, keys)
            retired = set(retired_at(session, keys)) - known
        retired |= {key for key in keys if is_of_a_check(key)}
        self.report.retired += len(retired)
        return [each for each in chunk if each.key not in known | retired]

    def _look_again(self) -> None:
        """Ask once more about the young ones, since they may have been recorded meanwhile."""
        if not self._young or self.stop.wait(LOOK_AGAIN_S):
            return
        for start in range(0, len(self._young), CHUNK):
            for each in self._unrecorded(self._young[start : start + CHUNK]):
                self._tell_unrecorded(each)

    def _tell_unrecorded(self, each: StoredObject) -> None:
        reason = "it is stored, and nothing ever referred to it; prune-posters deletes it in time"
        self._tell(Finding(UNRECORDED, each.key, reason))

    def _tell(self, finding: Finding) -> None:
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
        return "it is recorded, and its object is gone; upload it again"
    return "it is recorded, and its object is gone"
