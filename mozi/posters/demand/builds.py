"""Builds that visitors asked for: in the background, one for all requests of a poster.

    queued → building → done        the usual way
    queued → building → remote      another process holds the lease: watch it
    remote → queued                 that process has died: build it here
    queued, remote → done           another process has built it

A request waits at most WAIT_S. The number of requests that wait in a thread is bounded, and so
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
from mozi.posters.queries import PosterState, find_posters
from mozi.posters.recipes import Recipe

logger = logging.getLogger(__name__)

WAIT_S = 5.0
BUILDS_IN_HAND = 256  # what two workers on two cores build in some ten seconds
BUILD_THREADS = 12  # some fetch or store while others have theirs decoded
LOOK_EVERY_S = 0.2
WAITING_PHASES = frozenset({Phase.QUEUED, Phase.REMOTE})
LOGGED_ALREADY = (SourceError, BuildAbandoned, Busy, NoPosterSource, MovieNotFound)

Outcome = PosterState | BaseException
Ended = tuple[BuildRequest, Outcome]


class OnDemandBuilds:
    """All build requests of one process, by movie. Thread-safe; threads start when needed.

    in_context: gives our own threads the app's context. waiters: how many requests may wait in
    threads at once. A process that ends finishes the builds that run and begins no other: a
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
        self._builders = 0  # threads
        self._watching = False
        self._lock = threading.Lock()  # guards the three above, and each request's phase

    def find_request(self, movie_id: int, slug: str, recipe: Recipe) -> BuildRequest | None:
        """Return the unfinished build that a visitor of this address waits for; no query."""
        request = self._requests.get(movie_id)
        return request if request is not None and request.answers(slug, recipe) else None

    @property
    def is_idle(self) -> bool:
        """Whether no build is queued or runs here, so that no visitor waits for one."""
        return not self._requests

    def request(self, state: PosterState) -> BuildRequest:
        """Return the build of what the poster misses, queued unless there was one already.

        Raises the recorded failure as long as its source's pause lasts, and Busy when too many
        builds are unfinished.
        """
        respect_pause(state)
        return self._join(state.movie_id, state)

    def start(self, movie_id: int) -> bool:
        """Queue the poster's build without a visitor; return whether it is queued.

        A failure is recorded with the poster, or logged. When too many builds are unfinished,
        the poster's first visitor starts its build.
        """
        try:
            request = self._join(movie_id, None)
        except Busy:
            return False
        request.waiters.join()  # the admin who asked counts until it is built
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
        """Remove a queued request without waiters if there are too many; Busy if all have some."""
        if len(self._requests) < BUILDS_IN_HAND:
            return None
        for request in self._in_phase(Phase.QUEUED):
            if not request.waiters.count:
                request.phase = Phase.DONE
                return self._requests.pop(request.movie_id)
        raise Busy("Too many posters are being built.")

    def _in_phase(self, *phases: Phase) -> list[BuildRequest]:
        return [each for each in self._requests.values() if each.phase in phases]

    def _start_threads(self) -> None:
        """Start a builder if a request is queued, BUILD_THREADS at most, and the watcher.

        The watcher tries again when the machine gives no thread for a builder. If not even the
        watcher can start, the requests get Busy, since no thread would ever answer them.
        """
        with self._lock:
            if self._in_phase(Phase.QUEUED) and self._builders < BUILD_THREADS:
                self._builders += _has_started(self._build_all, "poster")
            self._watching = self._watching or _has_started(self._watch, "posters-watcher")
            stranded = not (self._builders or self._watching)
            ended = self._in_phase(*WAITING_PHASES) if stranded else []
            for request in ended:
                request.phase = Phase.DONE
        self._end([(request, Busy("No thread can be started.")) for request in ended])

    def _build_all(self) -> None:
        """Build until no request is queued. The life of a builder thread."""
        yield_to_pages()
        while (request := self._next_to_build()) is not None:
            # A copy, since the request can be queued and run again before this run has left it.
            request.context.copy().run(self._run, request)

    def _next_to_build(self) -> BuildRequest | None:
        """Return the most urgent queued request; None ends the thread that asks."""
        now = time.monotonic()
        with self._lock:
            queued = self._in_phase(Phase.QUEUED)
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
        """Return the poster's state once nothing is missing.

        None: another process builds it, or its source was replaced meanwhile; look again.
        """
        try:
            return self.pipeline.build(movie_id).state
        except (LeaseHeld, BuildAbandoned):
            return None

    def _leave_to_others(self, request: BuildRequest) -> None:
        with self._lock:
            request.phase = Phase.REMOTE
            request.gives_up_at = request.gives_up_at or time.monotonic() + WAIT_S
        self._start_threads()  # the watcher, should it not run

    def _watch(self) -> None:
        """Look for posters that other processes have built. The life of the watcher thread.

        One query reads all of them, so another process's build occupies no builder here.
        """
        while True:
            time.sleep(LOOK_EVERY_S)
            with self._lock:
                looked_at = self._in_phase(*WAITING_PHASES)
                self._watching = bool(self._requests) and threading.main_thread().is_alive()
                if not self._watching:
                    return
            self._look_at(looked_at)

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
        self._start_threads()  # for requests that are queued again

    def _review(
        self, requests: list[BuildRequest], states: Mapping[int, PosterState]
    ) -> Iterable[Ended]:
        """Yield the requests that end now; queue those whose remote builder is gone."""
        for request in requests:
            state = states.get(request.movie_id)
            if request.phase not in WAITING_PHASES:
                continue  # a builder has taken it meanwhile, or it was evicted
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
        """Forget the requests, and give their waiters the outcome."""
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
        request.built.exception(
            timeout=wait_s
        )  # waits only: a TimeoutError of the build is no Busy
    except FutureTimeout as error:
        raise Busy(f"Poster {request.movie_id} is still being built.") from error
    return request.built.result()


def _has_started(target: Callable[[], None], name: str) -> bool:
    """Start a thread; return False if the machine gives none."""
    try:
        threading.Thread(target=target, name=name).start()
    except RuntimeError:
        return False
    return True


def _log_failure(build: Future[PosterState]) -> None:
    """Log why a build without a visitor failed, unless the pipeline has logged it."""
    error = build.exception()
    if error is not None and not isinstance(error, LOGGED_ALREADY):
        logger.error("a poster was not built: %s", error, exc_info=error)
