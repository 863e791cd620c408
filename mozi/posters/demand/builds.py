"""A visitor's first hit: build what is missing in the background, and wait for it a moment.

All who want one poster share one build (within a process; over processes the lease sees to
it). Nobody waits longer than WAIT_S, only so many wait in threads at once, and no more than
BUILDS_IN_HAND are wished for: beyond that, what nobody waits for now makes room, and where all
are waited for, whoever comes gets Busy at once, since a page must never queue behind pictures.
A build that outlives its waiters goes on, and the next hit finds it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import AbstractContextManager
from dataclasses import replace

from mozi.budget import Budget
from mozi.errors import BuildAbandoned, Busy, MovieNotFound, NoPosterSource, SourceError
from mozi.posters.build.pipeline import LeaseHeld, PosterPipeline, respect_pause
from mozi.posters.demand.remote import Elsewhere
from mozi.posters.demand.requests import Wish, WishThreads
from mozi.posters.queries import PosterState, find_posters, get_poster
from mozi.posters.recipes import Recipe

logger = logging.getLogger(__name__)

WAIT_S = 5.0
BUILDS_IN_HAND = 256  # what two workers on two cores build in some ten seconds
BUILD_THREADS = 12  # some fetch or store while others have theirs decoded
TOLD_ELSEWHERE = (SourceError, BuildAbandoned, Busy, NoPosterSource, MovieNotFound)


class OnDemandBuilds:
    """The builds that visitors asked for, by movie. Thread-safe; threads start when needed.

    in_context: gives the app's context, which threads of our own do not have. waiters: how
    many requests may wait at once in a thread each.
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
        self._in_hand: dict[int, Wish] = {}
        self._given_up_at: dict[int, float] = {}  # by movie
        self._lock = threading.Lock()
        self._threads = WishThreads(self._fulfil, most=BUILD_THREADS)
        self._elsewhere = Elsewhere(self._threads.waiting, self._look)

    def find_wish(self, movie_id: int, slug: str, recipe: Recipe) -> Wish | None:
        """Return the wish in hand that a request for this variant waits for: without a query."""
        wish = self._in_hand.get(movie_id)
        return wish if wish is not None and wish.answers(slug, recipe) else None

    def wish(self, state: PosterState) -> Wish:
        """Have built what the poster misses, and return at once what tells of it.

        A source that is to be left alone costs no write and no place: its remembered failure
        is raised. Raises Busy where too many builds are in hand.
        """
        respect_pause(state)
        return self._join(state.movie_id, state)

    def wait_for(self, wish: Wish, *, wait_s: float) -> PosterState:
        """Return the poster's state once it is built.

        Raises what the build raises; Busy after wait_s, or where too many wait in threads.
        """
        if wish.built.done() or not wait_s:
            return _outcome(wish, wait_s=0)
        with self._waiters.hold(wait_s=0), wish.interest:
            return _outcome(wish, wait_s=wait_s)

    def begin(self, movie_id: int) -> bool:
        """Begin to build what the poster misses, and return at once whether it is in hand.

        Nobody waits: what fails is remembered with the poster, or said in the log. Where too
        many builds are in hand already, the poster's first visitor has it built.
        """
        try:
            wish = self._join(movie_id, None)
        except Busy:
            return False
        wish.interest.join()  # until it is built: somebody wants it, who does not come back
        wish.built.add_done_callback(_tell)
        return True

    def _join(self, movie_id: int, state: PosterState | None) -> Wish:
        """Return the wish for this poster that is in hand, or make it."""
        with self._lock:
            wish = self._in_hand.get(movie_id)
            if wish is not None:
                if state is not None:
                    wish = self._in_hand[movie_id] = replace(wish, state=state)
                return wish
            given_up = self._make_room()
            wish = self._in_hand[movie_id] = Wish(movie_id, state)
        if given_up is not None:
            given_up.built.set_exception(Busy("Too many posters are being built."))
        self._threads.add(wish)
        self._elsewhere.watch()
        return wish

    def _make_room(self) -> Wish | None:
        """Give up a wish that nobody waits for now, where one has to go; Busy where none is."""
        if len(self._in_hand) < BUILDS_IN_HAND:
            return None
        for wish in self._threads.waiting():
            if not wish.interest.waiting and self._threads.take_back(wish):
                self._given_up_at.pop(wish.movie_id, None)
                return self._in_hand.pop(wish.movie_id)
        raise Busy("Too many posters are being built.")

    def _fulfil(self, wish: Wish) -> None:
        """Build, or look on while another process does, and take over when it died."""
        try:
            with self.in_context():
                state = self._build(wish.movie_id)
        except BaseException as error:  # whoever waits is told, whatever it was
            self._end(wish, error)
        else:
            self._follow(wish) if state is None else self._end(wish, state)

    def _build(self, movie_id: int) -> PosterState | None:
        """Return what is there once nothing is missing, read once for all who wait.

        None: look again, since another process builds it, or its source was replaced.
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

    def _follow(self, wish: Wish) -> None:
        self._given_up_at.setdefault(wish.movie_id, time.monotonic() + WAIT_S)
        self._elsewhere.follow(wish)

    def _look(self, followed: Sequence[Wish], waiting: Sequence[Wish]) -> list[Wish]:
        """Settle what others have built; return those of the followed that are not settled yet."""
        try:
            with self.in_context():
                states = find_posters([wish.movie_id for wish in (*followed, *waiting)])
        except Exception as error:
            for wish in followed:
                self._end(wish, error)
            return []
        for wish in waiting:
            state = states.get(wish.movie_id)
            if state is not None and not state.missing() and self._threads.take_back(wish):
                self._end(wish, state)
        return [wish for wish in followed if not self._settle(wish, states.get(wish.movie_id))]

    def _settle(self, wish: Wish, state: PosterState | None) -> bool:
        if state is not None and not state.missing():
            self._end(wish, state)
        elif time.monotonic() >= self._given_up_at[wish.movie_id]:
            self._end(wish, LeaseHeld(f"Poster {wish.movie_id} is being built elsewhere."))
        elif state is not None and state.leased:
            return False
        else:
            self._threads.add(wish)
        return True

    def _end(self, wish: Wish, outcome: PosterState | BaseException) -> None:
        with self._lock:
            del self._in_hand[wish.movie_id]
            self._given_up_at.pop(wish.movie_id, None)
        if isinstance(outcome, BaseException):
            wish.built.set_exception(outcome)
        else:
            wish.built.set_result(outcome)


def _outcome(wish: Wish, *, wait_s: float) -> PosterState:
    try:
        return wish.built.result(timeout=wait_s)
    except FutureTimeout as error:
        raise Busy(f"Poster {wish.movie_id} is still being built.") from error


def _tell(build: Future[PosterState]) -> None:
    """Say in the log why a build failed that nobody waits for, unless it is said already."""
    error = build.exception()
    if error is not None and not isinstance(error, TOLD_ELSEWHERE):
        logger.error("a poster was not built: %s", error, exc_info=error)
