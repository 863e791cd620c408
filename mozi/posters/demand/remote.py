"""Posters that another process builds, or has built already, while they are wished for here.

One thread looks at all of them at once, a few times a second, so that no build thread is held
by somebody else's build, and nobody waits for a turn that is not needed any more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from mozi.posters.demand.requests import Wish

LOOK_AGAIN_S = 0.2


class Elsewhere:
    """Looks after wishes that others may fulfil, for as long as there are any.

    waiting: gives the wishes whose turn here has not come. look: given those that are followed
    and those that wait, returns which to follow on.
    """

    def __init__(
        self,
        waiting: Callable[[], Sequence[Wish]],
        look: Callable[[Sequence[Wish], Sequence[Wish]], Sequence[Wish]],
    ) -> None:
        self._waiting = waiting
        self._look = look
        self._followed: list[Wish] = []
        self._watching = False
        self._lock = threading.Lock()

    def follow(self, wish: Wish) -> None:
        """Look at the wish from now on, until it is settled."""
        with self._lock:
            self._followed.append(wish)
        self.watch()

    def watch(self) -> None:
        """Look from now on, while any wish is followed or waits."""
        with self._lock:
            if self._watching:
                return
            self._watching = True
        threading.Thread(target=self._watch, name="posters-elsewhere").start()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_AGAIN_S)
            found = self._take()
            if found is None:
                return
            again = self._look(*found)
            with self._lock:
                self._followed.extend(again)

    def _take(self) -> tuple[Sequence[Wish], Sequence[Wish]] | None:
        """Return the wishes to look at; None ends the thread, as it does once the process ends."""
        with self._lock:
            followed, self._followed = self._followed, []
            waiting = self._waiting()
            self._watching = bool(followed or waiting) and threading.main_thread().is_alive()
            return (followed, waiting) if self._watching else None
