"""Makes the files of an old upload folder the posters of their movies.

Each file is checked, stored as an original, and becomes its movie's source. A second run skips
what is done, so a run can be stopped at any time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import set_poster_upload
from mozi.database import in_chunks, reading
from mozi.errors import Busy, MovieNotFound, MoziError, StorageError
from mozi.maintenance.upload_folder import NotUploaded, UploadFolder, read_file
from mozi.models import MOVIES, POSTERS
from mozi.posters.uploads import StoredUpload, Upload, checked_upload, store_upload
from mozi.storage import Storage

FAILURES_IN_A_ROW = 20  # then the storage is down

InContext = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class UploadLimits:
    """The largest upload, and how many files are decoded at once."""

    max_bytes: int
    max_pixels: int
    at_once: int


@dataclass(frozen=True)
class _Result:
    """The result for one file. unchanged: the file was the movie's poster already."""

    movie_id: int
    file: str
    unchanged: bool = False
    error: MoziError | None = None


@dataclass
class UploadReport:
    """The counts of a run so far; of a dry run, what it would have uploaded."""

    uploaded: int = 0
    unchanged: int = 0
    failed: list[NotUploaded] = field(default_factory=list)
    interrupted: bool = False
    stopped_by: str | None = None


class Uploading:
    """One run over a folder. in_context: gives the app's context to the threads.

    on_done: called with 1 after each file. stop: when set, the run ends after the files in
    progress.
    """

    def __init__(
        self,
        storage: Storage,
        folder: UploadFolder,
        path: Path,
        *,
        limits: UploadLimits,
        in_context: InContext,
        dry_run: bool = False,
        on_done: Callable[[int], object] = lambda done: None,
    ) -> None:
        self.storage = storage
        self.folder = folder
        self.path = path
        self.limits = limits
        self.in_context = in_context
        self.dry_run = dry_run
        self.on_done = on_done
        self.stop = threading.Event()
        self.report = UploadReport(failed=list(folder.failed))
        self._storage_failures = 0

    def run(self) -> UploadReport:
        """Upload the files until none is left or `stop` is set; return the report."""
        with ThreadPoolExecutor(self.limits.at_once) as threads:
            for known, files in self._chunks():
                for result in threads.map(lambda f, k=known: self._upload(f, k), files):
                    self._count(result)
                    self.on_done(1)
        self.report.interrupted = self.stop.is_set() and self.report.stopped_by is None
        return self.report

    def _chunks(self) -> Iterator[tuple[Mapping[int, str | None], list[tuple[int, str]]]]:
        """Yield chunks of files, each with what _uploads_of() says of their movies."""
        for chunk in in_chunks(self.folder.files.items()):
            if self.stop.is_set():
                return
            yield _uploads_of([movie_id for movie_id, _ in chunk]), chunk

    def _upload(self, file: tuple[int, str], known: Mapping[int, str | None]) -> _Result | None:
        movie_id, name = file
        if self.stop.is_set():
            return None
        if movie_id not in known:
            return _Result(movie_id, name, error=MovieNotFound(movie_id))
        try:
            with self.in_context():
                return _Result(movie_id, name, unchanged=self._store(movie_id, name, known))
        except MoziError as error:
            return _Result(movie_id, name, error=error)

    def _store(self, movie_id: int, name: str, known: Mapping[int, str | None]) -> bool:
        """Make the file the movie's poster; return whether it was the poster already."""
        upload = self._checked(name)
        if known[movie_id] == upload.key and self.storage.exists(upload.key):
            return True
        if not self.dry_run:

            def record(session: Session, stored: StoredUpload) -> None:
                set_poster_upload(session, movie_id, stored)

            store_upload(self.storage, upload, record=record)
        return False

    def _checked(self, name: str) -> Upload:
        body = read_file(self.path / name, max_bytes=self.limits.max_bytes)
        return checked_upload(
            body, max_bytes=self.limits.max_bytes, max_pixels=self.limits.max_pixels
        )

    def _count(self, result: _Result | None) -> None:
        if result is None:
            return
        if result.error is not None:
            self.report.failed.append(NotUploaded(result.file, str(result.error), result.movie_id))
            self._stop_if_the_storage_is_down(result.error)
        elif result.unchanged:
            self.report.unchanged += 1
        else:
            self.report.uploaded += 1
            self._storage_failures = 0

    def _stop_if_the_storage_is_down(self, error: MoziError) -> None:
        if isinstance(error, StorageError | Busy):
            self._storage_failures += 1
            if self._storage_failures >= FAILURES_IN_A_ROW and not self.stop.is_set():
                self.report.stopped_by = str(error)
                self.stop.set()


def _uploads_of(movie_ids: list[int]) -> dict[int, str | None]:
    """Return the existing ones of these movies, with the key of the upload; None: no upload."""
    with reading() as session:
        rows = session.execute(
            select(MOVIES.c.id, POSTERS.c.original_key, POSTERS.c.uploaded)
            .outerjoin_from(MOVIES, POSTERS)
            .where(MOVIES.c.id.in_(movie_ids))
        )
        return {row.id: row.original_key if row.uploaded else None for row in rows}
