"""Builds all missing variants ahead of the visitors: one fetch and one decode a movie.

The database tells what is missing a chunk at a time, so memory does not grow with the calendar,
and a second run costs a few queries. The movies that the index shows come first. Some movies are
fetched and stored while others are decoded; the pipeline's imaging threads bound the decodes, and
a host gets at most two requests at once.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from mozi.errors import BuildAbandoned, Busy, MoziError, StorageError
from mozi.posters.batch.selection import Candidate, Selection, candidates
from mozi.posters.build.leases import BUILD_S, LEASE_S
from mozi.posters.build.niceness import yield_to_pages
from mozi.posters.build.pipeline import FETCHES_A_HOST, BuildResult, LeaseHeld, PosterPipeline
from mozi.posters.fetch.host_slots import host_of
from mozi.posters.recipes import OPTIONAL

WORKERS_A_SLOT = 6  # most wait for a source: eight fetch at once, the others decode and store
LOOK_AHEAD = 200  # movies to choose from, so that one slow host does not delay the others
STORAGE_FAILURES_IN_A_ROW = 20  # then the storage is down, and the run stops
LOOK_AGAIN_S = 0.5


def workers_for(selection: Selection, *, slots: int) -> int:
    """Return how many movies are built at once, by so many decodes and encodes at once.

    An AVIF takes seconds on a busy machine, and its source is stored: nothing else is waited for.
    Of a dozen builds the last ones would have no time left when a slot comes free.
    """
    is_quick = any(recipe.media not in OPTIONAL for recipe in selection.recipes)
    return WORKERS_A_SLOT * slots if is_quick else slots + 1


@dataclass(frozen=True)
class Failed:
    """A movie whose build failed, and the reason in one sentence."""

    movie_id: int
    title: str
    reason: str


@dataclass
class WarmReport:
    """What a run has done so far.

    built counts variants. interrupted: the caller stopped it. stopped_by: why it stopped itself.
    """

    built: int = 0
    failed: list[Failed] = field(default_factory=list)
    interrupted: bool = False
    stopped_by: str | None = None


class Warming:
    """One run: gives candidates to threads and counts their results.

    in_context: gives the threads the app's context. on_done: called after each movie. stop: the
    caller sets it to end the run; the builds that run are finished first.
    """

    def __init__(
        self,
        pipeline: PosterPipeline,
        selection: Selection,
        *,
        workers: int,
        in_context: Callable[[], AbstractContextManager[object]],
        on_done: Callable[[WarmReport], None] = lambda report: None,
    ) -> None:
        self.pipeline = pipeline
        self.selection = selection
        self.workers = workers
        self.in_context = in_context
        self.on_done = on_done
        self.stop = threading.Event()
        self.report = WarmReport()
        self._waiting: deque[Candidate] = deque()
        self._in_hand: dict[Future[BuildResult], Candidate] = {}
        self._hosts: Counter[str] = Counter()
        self._storage_failures = 0
        self._built_at = float("-inf")

    def run(self) -> WarmReport:
        """Build until no candidate is left or `stop` is set; return the report."""
        coming = candidates(self.selection)
        with ThreadPoolExecutor(self.workers, initializer=yield_to_pages) as threads:
            while self._look_ahead(coming) or self._in_hand:
                self._hand_out(threads)
                self._collect()
        self.report.interrupted = self.stop.is_set() and self.report.stopped_by is None
        return self.report

    def _look_ahead(self, coming: Iterator[Candidate]) -> bool:
        """Fill the list up to LOOK_AHEAD candidates; return whether there are any."""
        while len(self._waiting) < LOOK_AHEAD and not self.stop.is_set():
            candidate = next(coming, None)
            if candidate is None:
                break
            self._waiting.append(candidate)
        return bool(self._waiting) and not self.stop.is_set()

    def _hand_out(self, threads: ThreadPoolExecutor) -> None:
        """Start a build for each free thread, except for candidates whose host is busy."""
        for _ in range(len(self._waiting)):
            if len(self._in_hand) >= self.workers or self.stop.is_set():
                return
            candidate = self._waiting.popleft()
            if self._may_start(candidate):
                self._hosts[host_of(candidate.url or "")] += 1
                self._in_hand[threads.submit(self._build, candidate)] = candidate
            else:
                self._waiting.append(candidate)

    def _may_start(self, candidate: Candidate) -> bool:
        host = host_of(candidate.url or "")
        host_is_busy = bool(host) and self._hosts[host] >= FETCHES_A_HOST
        return not host_is_busy and time.monotonic() >= candidate.not_before

    def _build(self, candidate: Candidate) -> BuildResult:
        with self.in_context():
            return self.pipeline.build(
                candidate.movie_id,
                media=self.selection.media,
                rebuild=self.selection.rebuild,
                retry_failed=self.selection.retry_failed,
            )

    def _collect(self) -> None:
        """Wait for a build to end, at most LOOK_AGAIN_S, and count those that have ended."""
        if not self._in_hand:
            self.stop.wait(LOOK_AGAIN_S)
        done, _ = wait(self._in_hand, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
        for build in done:
            candidate = self._in_hand.pop(build)
            self._hosts[host_of(candidate.url or "")] -= 1
            self._count(candidate, build)

    def _count(self, candidate: Candidate, build: Future[BuildResult]) -> None:
        """Add one ended build to the report; an unexpected error is raised, not counted."""
        try:
            self.report.built += len(build.result().built)
        except (Busy, BuildAbandoned) as error:
            self._look_again(candidate, error)
            return
        except MoziError as error:
            self._fail(candidate, error)
        else:
            self._storage_failures = 0
            self._built_at = time.monotonic()
        self.on_done(self.report)

    def _look_again(self, candidate: Candidate, error: MoziError) -> None:
        """Try a poster again: of another process's build as long as its lease can last.

        One that has found no room here is tried as long as others are built.
        """
        now = time.monotonic()
        give_up_at = candidate.give_up_at or now + LEASE_S + BUILD_S
        moves_on = now < self._built_at + LEASE_S + BUILD_S and not isinstance(error, LeaseHeld)
        if now >= give_up_at and not moves_on:
            self._fail(candidate, error)
            return
        self._waiting.append(
            replace(candidate, not_before=now + LOOK_AGAIN_S, give_up_at=give_up_at)
        )

    def _fail(self, candidate: Candidate, error: MoziError) -> None:
        self.report.failed.append(Failed(candidate.movie_id, candidate.title, str(error)))
        if isinstance(error, StorageError):
            self._storage_failures += 1
            if self._storage_failures >= STORAGE_FAILURES_IN_A_ROW:
                self.report.stopped_by = f"the storage does not answer. {error}"
                self.stop.set()
