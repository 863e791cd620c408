"""An old site's uploads become originals: each checked, stored, and wanted by its movie.

Run again, what was taken already is left as it is, so it can be stopped at any time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import set_poster_upload
from mozi.database import reading
from mozi.errors import Busy, MovieNotFound, MoziError, StorageError
from mozi.maintenance.upload_folder import Folder, Left, read_file
from mozi.models import MOVIES, POSTERS
from mozi.posters.uploads import StoredUpload, Upload, checked_upload, store_upload
from mozi.storage import Storage

CHUNK = 200
FAILURES_IN_A_ROW = 20  # then the storage is down

InContext = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class UploadLimits:
    """What an upload may have at most, and how many are decoded at once."""

    max_bytes: int
    max_pixels: int
    at_once: int


@dataclass(frozen=True)
class _Taken:
    """What became of one file. unchanged: it is the movie's poster already."""

    movie_id: int
    file: str
    unchanged: bool = False
    error: MoziError | None = None


@dataclass
class MoveReport:
    """What a run has done so far; in a dry run, would have done."""

    taken: int = 0
    unchanged: int = 0
    failed: list[Left] = field(default_factory=list)
    interrupted: bool = False
    stopped_by: str | None = None


class MovingIn:
    """One run over a folder. in_context: gives the app's context to the threads.

    on_done: told of how many files were seen to. stop: ends the run after what is in hand.
    """

    def __init__(
        self,
        storage: Storage,
        folder: Folder,
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
        self.report = MoveReport(failed=list(folder.failed))
        self._storage_failures = 0

    def run(self) -> MoveReport:
        """Take file after file until none is left or `stop` is set; return the report."""
        with ThreadPoolExecutor(self.limits.at_once) as threads:
            for known, files in self._chunks():
                for taken in threads.map(lambda f, k=known: self._take(f, k), files):
                    self._count(taken)
                    self.on_done(1)
        self.report.interrupted = self.stop.is_set() and self.report.stopped_by is None
        return self.report

    def _chunks(self) -> Iterator[tuple[Mapping[int, str | None], list[tuple[int, str]]]]:
        """Yield files with what is known of their movies: the uploaded original's key, or None."""
        files = iter(self.folder.files.items())
        while (chunk := list(islice(files, CHUNK))) and not self.stop.is_set():
            yield _uploads_of([movie_id for movie_id, _ in chunk]), chunk

    def _take(self, file: tuple[int, str], known: Mapping[int, str | None]) -> _Taken | None:
        movie_id, name = file
        if self.stop.is_set():
            return None
        if movie_id not in known:
            return _Taken(movie_id, name, error=MovieNotFound(movie_id))
        try:
            with self.in_context():
                return _Taken(movie_id, name, unchanged=self._take_known(movie_id, name, known))
        except MoziError as error:
            return _Taken(movie_id, name, error=error)

    def _take_known(self, movie_id: int, name: str, known: Mapping[int, str | None]) -> bool:
        """Make the file the movie's poster; return whether it was so already."""
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

    def _count(self, taken: _Taken | None) -> None:
        if taken is None:
            return
        if taken.error is not None:
            self.report.failed.append(Left(taken.file, str(taken.error), taken.movie_id))
            self._mind_the_storage(taken.error)
        elif taken.unchanged:
            self.report.unchanged += 1
        else:
            self.report.taken += 1
            self._storage_failures = 0

    def _mind_the_storage(self, error: MoziError) -> None:
        if isinstance(error, StorageError | Busy):
            self._storage_failures += 1
            if self._storage_failures >= FAILURES_IN_A_ROW and not self.stop.is_set():
                self.report.stopped_by = str(error)
                self.stop.set()


def _uploads_of(movie_ids: list[int]) -> dict[int, str | None]:
    """Return, for the movies that there are, the key of what was uploaded for them."""
    with reading() as session:
        rows = session.execute(
            select(MOVIES.c.id, POSTERS.c.original_key, POSTERS.c.uploaded)
            .outerjoin_from(MOVIES, POSTERS)
            .where(MOVIES.c.id.in_(movie_ids))
        )
        return {row.id: row.original_key if row.uploaded else None for row in rows}
