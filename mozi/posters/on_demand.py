"""A visitor's first hit: build what is missing in the background, and wait for it a moment.

All who want one poster share one build (within a process; over processes the lease sees to
it). Nobody waits longer than WAIT_S, only so many wait at once, and no more than
BUILDS_IN_HAND are begun: whoever comes beyond that gets Busy at once, since a page must never
queue behind pictures. A build that outlives its waiters goes on, and the next hit finds it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import AbstractContextManager
from contextvars import copy_context

from mozi.errors import BuildAbandoned, Busy, SourceError
from mozi.posters.limits import Budget
from mozi.posters.pipeline import LeaseHeld, PosterPipeline, respect_pause
from mozi.posters.queries import PosterState, get_poster

logger = logging.getLogger(__name__)

WAIT_S = 5.0
BUILDS_IN_HAND = 32
BUILD_THREADS = 12  # some fetch or store while others hold the build slots
LOOK_AGAIN_S = 0.2


class OnDemandBuilds:
    """The builds that visitors asked for, by movie. Thread-safe; threads start when needed.

    in_context: gives the app's context, which threads of our own do not have. waiters: how
    many requests may wait at once.
    """

    def __init__(
        self,
        pipeline: PosterPipeline,
        in_context: Callable[[], AbstractContextManager[object]],
        *,
        waiters: int,
    ) -> None:
        self.pipeline = pipeline
        self.in_context = in_context
        self._waiters = Budget(waiters, of="places for waiting")
        self._in_hand: dict[int, Future[PosterState]] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(BUILD_THREADS, thread_name_prefix="poster")

    def ensure_poster(self, state: PosterState) -> PosterState:
        """Return the poster's state once nothing is missing.

        Raises what a build raises, Busy after WAIT_S or where too many wait already. A source
        that is to be left alone costs no write and no place.
        """
        respect_pause(state)
        with self._waiters.hold(wait_s=0):
            build = self._join(state.movie_id)
            try:
                return build.result(timeout=WAIT_S)
            except FutureTimeout as error:
                raise Busy(f"Poster {state.movie_id} is still being built.") from error

    def begin(self, movie_id: int) -> bool:
        """Begin to build what the poster misses, and return at once whether it is in hand.

        Nobody waits: what fails is remembered with the poster, or said in the log. Where too
        many builds are in hand already, the poster's first visitor has it built.
        """
        try:
            self._join(movie_id).add_done_callback(_tell)
        except Busy:
            return False
        return True

    def _join(self, movie_id: int) -> Future[PosterState]:
        """Return the build of this poster that is in hand, or begin it."""
        with self._lock:
            build = self._in_hand.get(movie_id)
            if build is None:
                if len(self._in_hand) >= BUILDS_IN_HAND:
                    raise Busy("Too many posters are being built.")
                build = self._in_hand[movie_id] = self._begin(movie_id)
            return build

    def _begin(self, movie_id: int) -> Future[PosterState]:
        """Build in a thread that logs under the id of the request that asks."""
        return self._threads.submit(copy_context().run, self._run, movie_id)

    def _run(self, movie_id: int) -> PosterState:
        try:
            with self.in_context():
                return self._build_or_follow(movie_id)
        finally:
            with self._lock:
                del self._in_hand[movie_id]

    def _build_or_follow(self, movie_id: int) -> PosterState:
        """Build, or look on while another process does, and take over when it died.

        Returns what is there then, read once for all who wait.
        """
        until = time.monotonic() + WAIT_S
        while (state := get_poster(movie_id)).missing():
            try:
                if not state.leased:
                    self.pipeline.build(movie_id)
                    return get_poster(movie_id)
            except (LeaseHeld, BuildAbandoned):
                pass  # the race was lost, or the source was replaced: look again
            if time.monotonic() >= until:
                raise LeaseHeld(f"Poster {movie_id} is being built elsewhere.")
            time.sleep(LOOK_AGAIN_S)
        return state


def _tell(build: Future[PosterState]) -> None:
    """Say in the log why a build failed that nobody waits for, unless it is said already."""
    error = build.exception()
    if error is not None and not isinstance(error, SourceError | BuildAbandoned | Busy):
        logger.error("a poster was not built: %s", error, exc_info=error)
