"""Posters that somebody wants built now, and the threads that build them in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from mozi.posters.queries import PosterState
from mozi.posters.recipes import Recipe


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

    def answers(self, slug: str, recipe: Recipe) -> bool:
        """Return whether a request for this variant at this address waits for just this build."""
        return self.state is not None and (
            slug == self.state.slug and recipe in self.state.missing()
        )


class WishThreads:
    """Threads that fulfil wishes in the order of asking; they end when there is nothing to do.

    A process that ends finishes what is in hand and takes up nothing more: a queue of builds
    must not hold up a restart. What is dropped, the next visitor wishes for again.
    """

    def __init__(self, fulfil: Callable[[Wish], None], *, most: int) -> None:
        self._fulfil = fulfil
        self._most = most
        self._waiting: deque[Wish] = deque()
        self._running = 0
        self._lock = threading.Lock()

    def add(self, wish: Wish, *, first: bool = False) -> None:
        """Have the wish fulfilled, after those that wait already or before them."""
        with self._lock:
            (self._waiting.appendleft if first else self._waiting.append)(wish)
            if self._running >= self._most:
                return
            self._running += 1
        threading.Thread(target=self._work, name="poster").start()

    def _work(self) -> None:
        while (wish := self._next()) is not None:
            # A copy: the wish may come to another thread before this one has left the context.
            wish.context.copy().run(self._fulfil, wish)

    def _next(self) -> Wish | None:
        """Return the wish whose turn it is; None ends the thread that asks."""
        with self._lock:
            if self._waiting and threading.main_thread().is_alive():
                return self._waiting.popleft()
            self._running -= 1
            return None
