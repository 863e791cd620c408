"""Posters that another process builds while visitors wait for them here.

One thread looks at all of them at once, a few times a second, so that no build thread is held
by somebody else's build.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from mozi.posters.wishes import Wish

LOOK_AGAIN_S = 0.2


class Elsewhere:
    """Wishes that others fulfil. look: given them all, returns those to look at again."""

    def __init__(self, look: Callable[[Sequence[Wish]], Sequence[Wish]]) -> None:
        self._look = look
        self._wishes: list[Wish] = []
        self._watching = False
        self._lock = threading.Lock()

    def add(self, wish: Wish) -> None:
        """Look at the wish from now on, until it is settled."""
        with self._lock:
            self._wishes.append(wish)
            if self._watching:
                return
            self._watching = True
        threading.Thread(target=self._watch, name="posters-elsewhere").start()

    def _watch(self) -> None:
        while wishes := self._take():
            again = self._look(wishes)
            with self._lock:
                self._wishes.extend(again)
            time.sleep(LOOK_AGAIN_S)

    def _take(self) -> list[Wish]:
        """Return the wishes to look at; none, once the process ends, and the thread with them."""
        with self._lock:
            taken, self._wishes = self._wishes, []
            self._watching = bool(taken) and threading.main_thread().is_alive()
            return taken if self._watching else []
