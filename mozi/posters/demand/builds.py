"""Builds that visitors asked for: in the background, one for all requests of a poster.

    queued → building → done        the usual way
    queued → building → remote      another process holds the lease: look on
    remote → queued                 that process has died: build it here
    queued, remote → done           another process has built it

A request waits WAIT_S at most. The number of requests that wait in a thread is bounded, and so
is the number of builds: when the queue is full, a build without waiters is evicted; otherwise the
request gets Busy. A page never queues behind pictures. A build goes on when its waiters have
left, and the next visitor finds the poster built.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import AbstractContextManager

from mozi.budget import Budget
from mozi.errors import BuildAbandoned, Busy, MovieNotFound, NoPosterSource, SourceError
from mozi.posters.build.niceness import yield_to_pages
from mozi.posters.build.pipeline import LeaseHeld, PosterPipeline, respect_pause
from mozi.posters.demand.requests import BuildRequest, Phase
from mozi.posters.queries import PosterState, find_posters, get_poster
from mozi.posters.recipes import Recipe

logger = logging.getLogger(__name__)

WAIT_S = 5.0
BUILDS_IN_HAND = 256  # what two workers on two cores build in some ten seconds
BUILD_THREADS = 12  # some fetch or store while others have theirs decoded
LOOK_EVERY_S = 0.2
LOGGED_ALREADY = (SourceError, BuildAbandoned, Busy, NoPosterSource, MovieNotFound)

Outcome = PosterState | BaseException
Ended = tuple[BuildRequest, Outcome]


class OnDemandBuilds:
    """All build requests of one process, by movie. Thread-safe; threads start when needed.

    in_context: gives the app's context to our own threads. waiters: how many requests may wait
    in a thread at once. A process that ends finishes the builds in hand and begins no other: a
    queue of builds must not delay a restart, and the next visitor asks again.
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
        self._places = Budget(waiters, of="places for waiting")
        self._requests: dict[int, BuildRequest] = {}  # all that are not done
        self._builders = 0
        self._watching = False
        self._lock = threading.Lock()  # of the three above, and of each request's phase

    def find_request(self, movie_id: int, slug: str, recipe: Recipe) -> BuildRequest | None:
        """Return the build in hand that a visitor of this address waits for; costs no query."""
        request = self._requests.get(movie_id)
        return request if request is not None and request.answers(slug, recipe) else None

    def request(self, state: PosterState) -> BuildRequest:
        """Return the build of what the poster misses, begun if it was not in hand.

        Raises the remembered failure while its source is to be left alone, and Busy when too
        many builds are in hand.
        """
        respect_pause(state)
        return self._join(state.movie_id, state)

    def start(self, movie_id: int) -> bool:
        """Have the poster built without a visitor; return whether the build is in hand.

        A failure is remembered with the poster, or logged. When too many builds are in hand,
        the poster's first visitor has it built.
        """
        try:
            request = self._join(movie_id, None)
        except Busy:
            return False
        request.waiters.join()  # the admin who asked, until it is built
        request.built.add_done_callback(_log_failure)
        return True

    def wait_for(self, request: BuildRequest, *, wait_s: float) -> PosterState:
        """Return the poster's state once it is built.

        Raises the build's error, and Busy after wait_s or when too many requests wait in threads.
        """
        if request.built.done() or not wait_s:
            return _outcome(request, wait_s=0)
        with self._places.hold(wait_s=0), request.waiters:
            return _outcome(request, wait_s=wait_s)

    def _join(self, movie_id: int, state: PosterState | None) -> BuildRequest:
        with self._lock:
            request = self._requests.get(movie_id)
            if request is not None:
                request.state = state or request.state
                return request
            evicted = self._evict_if_full()
            request = self._requests[movie_id] = BuildRequest(movie_id, state)
        if evicted is not None:
            evicted.built.set_exception(Busy("Too many posters are being built."))
        self._start_threads()
        return request

    def _evict_if_full(self) -> BuildRequest | None:
        """Drop a queued request without waiters if there are too many; Busy if all have some."""
        if len(self._requests) < BUILDS_IN_HAND:
            return None
        for request in self._requests.values():
            if request.phase is Phase.QUEUED and not request.waiters.count:
                request.phase = Phase.DONE
                return self._requests.pop(request.movie_id)
        raise Busy("Too many posters are being built.")

    def _start_threads(self) -> None:
        """Start a builder for what is queued, BUILD_THREADS at most, and the watcher."""
        with self._lock:
            queued = any(each.phase is Phase.QUEUED for each in self._requests.values())
            builds = queued and self._builders < BUILD_THREADS
            self._builders += builds
            watches, self._watching = not self._watching, True
        if builds:
            threading.Thread(target=self._build_all, name="poster").start()
        if watches:
            threading.Thread(target=self._watch, name="posters-watcher").start()

    def _build_all(self) -> None:
        """Build until no request is queued. The life of a builder thread."""
        yield_to_pages()
        while (request := self._next_to_build()) is not None:
            # A copy: another thread may run the request again before this one left the context.
            request.context.copy().run(self._run, request)

    def _next_to_build(self) -> BuildRequest | None:
        """Return the most urgent queued request; None ends the thread that asks."""
        now = time.monotonic()
        with self._lock:
            queued = [each for each in self._requests.values() if each.phase is Phase.QUEUED]
            if not queued or not threading.main_thread().is_alive():
                self._builders -= 1
                return None
            request = max(queued, key=lambda each: each.urgency(now))
            request.phase = Phase.BUILDING
            return request

    def _run(self, request: BuildRequest) -> None:
        try:
            with self.in_context():
                state = self._build(request.movie_id)
        except BaseException as error:  # the waiters get it, whatever it is
            self._end([(request, error)])
        else:
            self._leave_to_others(request) if state is None else self._end([(request, state)])

    def _build(self, movie_id: int) -> PosterState | None:
        """Return the state once nothing is missing, read once for all waiters.

        None: another process builds it, or its source was replaced meanwhile; look again.
        """
        state = get_poster(movie_id)
        if not state.missing():
            return state
        if state.leased:
            return None
        try:
            self.pipeline.build(movie_id)
        except (LeaseHeld, BuildAbandoned):
            return None
        return get_poster(movie_id)

    def _leave_to_others(self, request: BuildRequest) -> None:
        with self._lock:
            request.phase = Phase.REMOTE
            request.gives_up_at = request.gives_up_at or time.monotonic() + WAIT_S

    def _watch(self) -> None:
        """Look for posters that other processes have built. The life of the watcher thread.

        One query looks at all, so no builder is held by another process's build.
        """
        while True:
            time.sleep(LOOK_EVERY_S)
            with self._lock:
                looked_at = self._not_building()
                self._watching = bool(self._requests) and threading.main_thread().is_alive()
                if not self._watching:
                    return
            self._look_at(looked_at)

    def _not_building(self) -> list[BuildRequest]:
        return [each for each in self._requests.values() if each.phase is not Phase.BUILDING]

    def _look_at(self, requests: list[BuildRequest]) -> None:
        if not requests:
            return
        try:
            with self.in_context():
                states = find_posters([request.movie_id for request in requests])
        except Exception as error:
            self._end([(each, error) for each in requests if each.phase is Phase.REMOTE])
            return
        with self._lock:
            ended = list(self._review(requests, states))
        self._end(ended)
        self._start_threads()  # for what is queued again

    def _review(
        self, requests: list[BuildRequest], states: Mapping[int, PosterState]
    ) -> Iterable[Ended]:
        """Yield the requests that are over; queue those whose other builder is gone."""
        for request in requests:
            state = states.get(request.movie_id)
            if request.phase not in {Phase.QUEUED, Phase.REMOTE}:
                continue  # a builder has taken it meanwhile
            if state is not None and not state.missing():
                request.phase = Phase.DONE
                yield request, state
            elif request.phase is Phase.REMOTE:
                yield from self._review_remote(request, state)

    def _review_remote(self, request: BuildRequest, state: PosterState | None) -> Iterable[Ended]:
        if time.monotonic() >= (request.gives_up_at or 0):
            request.phase = Phase.DONE
            yield request, LeaseHeld(f"Another process builds poster {request.movie_id}.")
        elif state is None or not state.leased:
            request.phase = Phase.QUEUED

    def _end(self, ended: Iterable[Ended]) -> None:
        """Forget the requests, and tell all who wait for them."""
        ended = list(ended)
        with self._lock:
            for request, _ in ended:
                request.phase = Phase.DONE
                self._requests.pop(request.movie_id, None)
        for request, outcome in ended:
            if isinstance(outcome, BaseException):
                request.built.set_exception(outcome)
            else:
                request.built.set_result(outcome)


def _outcome(request: BuildRequest, *, wait_s: float) -> PosterState:
    try:
        return request.built.result(timeout=wait_s)
    except FutureTimeout as error:
        raise Busy(f"Poster {request.movie_id} is still being built.") from error


def _log_failure(build: Future[PosterState]) -> None:
    """Log why a build failed that no visitor waits for, unless that is logged already."""
    error = build.exception()
    if error is not None and not isinstance(error, LOGGED_ALREADY):
        logger.error("a poster was not built: %s", error, exc_info=error)
