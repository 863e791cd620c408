"""Posters that somebody wants built now, and the threads that build them, most wanted first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from mozi.posters.build.niceness import yield_to_pages
from mozi.posters.queries import PosterState
from mozi.posters.recipes import Recipe

AGE_WORTH = 2  # visitors that each second of age stands for, so that no wish waits for ever


class Interest:
    """How many wait for a wish just now, and since when it is wished for. Thread-safe."""

    def __init__(self) -> None:
        self.since = time.monotonic()
        self._waiting = 0
        self._lock = threading.Lock()

    def join(self) -> None:
        """Somebody begins to wait."""
        with self._lock:
            self._waiting += 1

    def leave(self) -> None:
        """Somebody waits no longer."""
        with self._lock:
            self._waiting -= 1

    def __enter__(self) -> None:
        self.join()

    def __exit__(self, *raised: object) -> None:
        self.leave()

    @property
    def waiting(self) -> int:
        """How many wait at the moment."""
        return self._waiting

    def urgency(self, now: float) -> tuple[bool, float]:
        """Return what orders wishes, the largest first.

        A build answers all who wait for it, so the most wanted comes first, with something for
        its age; what nobody waits for any more comes after all that, the oldest first.
        """
        age_s = now - self.since
        return self._waiting > 0, self._waiting + AGE_WORTH * age_s


@dataclass(frozen=True)
class Wish:
    """One poster that is to be built, for all who want it.

    state: what the first visitor found, None where none came yet. built: the state afterwards,
    or why it was not built. context: the request's that asked, so that a build logs its id.
    """

    movie_id: int
    state: PosterState | None = None
    built: Future[PosterState] = field(default_factory=Future)
    context: Context = field(default_factory=copy_context)
    interest: Interest = field(default_factory=Interest)

    def answers(self, slug: str, recipe: Recipe) -> bool:
        """Return whether a request for this variant at this address waits for just this build."""
        return self.state is not None and (
            slug == self.state.slug and recipe in self.state.missing()
        )


class WishThreads:
    """Threads that fulfil the most urgent wish each; they end when there is nothing to do.

    In the order of asking, an overload would build what everybody has given up on by then, and
    nothing in time. A process that ends finishes what is in hand and takes up nothing more: a
    queue of builds must not hold up a restart. What is dropped, the next visitor wishes for.
    """

    def __init__(self, fulfil: Callable[[Wish], None], *, most: int) -> None:
        self._fulfil = fulfil
        self._most = most
        self._waiting: dict[int, Wish] = {}  # by movie
        self._running = 0
        self._lock = threading.Lock()

    def add(self, wish: Wish) -> None:
        """Have the wish fulfilled when it is its turn."""
        with self._lock:
            self._waiting[wish.movie_id] = wish
            if self._running >= self._most:
                return
            self._running += 1
        threading.Thread(target=self._work, name="poster").start()

    def waiting(self) -> list[Wish]:
        """Return the wishes whose turn has not come."""
        with self._lock:
            return list(self._waiting.values())

    def take_back(self, wish: Wish) -> bool:
        """Return whether the wish still waited for its turn, which now does not come."""
        with self._lock:
            waiting = self._waiting.get(wish.movie_id)
            if waiting is None or waiting.built is not wish.built:  # a later wish of this movie
                return False
            del self._waiting[wish.movie_id]
            return True

    def _work(self) -> None:
        yield_to_pages()
        while (wish := self._next()) is not None:
            # A copy: the wish may come to another thread before this one has left the context.
            wish.context.copy().run(self._fulfil, wish)

    def _next(self) -> Wish | None:
        """Return the wish whose turn it is; None ends the thread that asks."""
        now = time.monotonic()
        with self._lock:
            if self._waiting and threading.main_thread().is_alive():
                next_one = max(self._waiting.values(), key=lambda each: each.interest.urgency(now))
                return self._waiting.pop(next_one.movie_id)
            self._running -= 1
            return None
