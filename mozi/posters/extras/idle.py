"""Builds AVIF and share cards by themselves, one movie at a time, while a process is idle.

First what the index shows: its JPEGs whose original is stored here, the thumbs' AVIF, the
posters' AVIF, the cards; then the extras of all other movies whose JPEGs are built. The leases
keep two processes from building the same one. A failure of the source is recorded with the
poster, with its pause; after any other failure this process leaves the movie alone for an hour.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

from mozi.errors import BuildAbandoned, Busy, MoziError, SourceError, StorageError
from mozi.posters.batch.selection import Selection, candidates
from mozi.posters.build.imaging_threads import ImagingThreads
from mozi.posters.build.niceness import yield_to_pages
from mozi.posters.build.pipeline import PosterPipeline
from mozi.posters.recipes import OPTIONAL

logger = logging.getLogger(__name__)

INDEX_DAYS = 9 * 7  # of calendar/pages/queries.py
LEAST_PRIORITY = 19
BEGIN_AFTER_S = 10.0  # the first seconds of a process are its visitors'
LOOK_S = 0.2  # how long the machine is observed before each build
REST_S = 10.0  # after nothing was missing, or the process was busy
WHOLE_EVERY_S = 3600.0  # how often movies that the index does not show are looked through
SKIP_S = 3600.0

Work = tuple[int, tuple[str, ...]]


class IdleExtras:
    """Builds what is missing. Not thread-safe: one thread of a process uses it.

    selection: returns what is looked through, from the index's first day on.
    in_context: gives the app's context.
    """

    def __init__(
        self,
        pipeline: PosterPipeline,
        selection: Callable[[], Selection],
        *,
        in_context: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self.pipeline = copy.copy(pipeline)  # within the same bounds of pixels and fetches
        self.pipeline.imaging = ImagingThreads(1)  # no visitor's build waits for an AVIF
        self.selection = selection
        self.in_context = in_context
        self._left: Iterator[Work] = iter(())
        self._skipped: dict[int, float] = {}
        self._whole_at = float("-inf")

    def build_next(self) -> bool:
        """Build one movie's next extra; return False after the last one, then begin anew."""
        with self.in_context():
            work = next(self._left, None)
            if work is None:
                self._left = self._missing()
                work = next(self._left, None)
            if work is not None:
                self._build(*work)
        return work is not None

    def _missing(self) -> Iterator[Work]:
        for selection in self._selections():
            for each in candidates(selection):
                if self._skipped.get(each.movie_id, 0.0) <= time.monotonic():
                    yield each.movie_id, selection.media

    def _selections(self) -> Iterator[Selection]:
        every = replace(self.selection(), rested=True)
        until = every.shown_from + timedelta(days=INDEX_DAYS - 1)
        index = replace(every, since=every.shown_from, until=until)
        yield replace(index, stored=True)
        for media in OPTIONAL:
            yield replace(index, media=(media,), three_first=True)
        if time.monotonic() >= self._whole_at + WHOLE_EVERY_S:
            yield replace(every, media=tuple(OPTIONAL), three_first=True)
            self._whole_at = time.monotonic()

    def _build(self, movie_id: int, media: tuple[str, ...]) -> None:
        try:
            self.pipeline.build(movie_id, media=media)
        except (Busy, BuildAbandoned, SourceError, StorageError) as error:
            self._skip(movie_id, error)  # the pipeline has logged and recorded it
        except MoziError:
            pass  # the movie or its source is gone
        except Exception as error:
            logger.exception("poster %s: %s was not built", movie_id, " ".join(media))
            self._skip(movie_id, error)

    def _skip(self, movie_id: int, error: Exception) -> None:
        pause_s = REST_S if isinstance(error, (Busy, BuildAbandoned)) else SKIP_S
        self._skipped[movie_id] = time.monotonic() + pause_s


class IdleThread:
    """The thread of a web process that builds extras; it ends within a build of stop's setting.

    may_build: whether no visitor waits and no worker listens. is_free: whether the machine has
    time.
    """

    def __init__(
        self, extras: IdleExtras, *, may_build: Callable[[], bool], is_free: Callable[[], bool]
    ) -> None:
        self.extras = extras
        self.may_build = may_build
        self.is_free = is_free
        self.stop = threading.Event()

    def start(self) -> None:
        """Start it; where the machine gives no thread, there are no extras."""
        try:
            threading.Thread(target=self._run, name="extras").start()
        except RuntimeError:
            logger.warning("No thread can be started for AVIF and share cards.")

    def step(self) -> float:
        """Build one extra if the process is idle; return how long to rest, in seconds."""
        if not (self.may_build() and self.is_free()):
            return REST_S / 5
        return LOOK_S if self.extras.build_next() else REST_S

    def _run(self) -> None:
        yield_to_pages(LEAST_PRIORITY)
        self._rest(BEGIN_AFTER_S)
        while not self._is_over():
            try:
                rest_s = self.step()
            except Exception:
                logger.warning("AVIF and share cards wait.", exc_info=True)
                rest_s = REST_S
            self._rest(rest_s)
            self.is_free()  # the next look counts from here
            self._rest(LOOK_S)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._is_over():
            self.stop.wait(min(1.0, left))

    def _is_over(self) -> bool:
        return self.stop.is_set() or not threading.main_thread().is_alive()
