"""Cold pages of one process are made one after another, as far as that helps.

Threads share an interpreter: of fifteen cold pages that are asked for at once and made at once
each is as late as the last, while one after another half of them come in half the time. A read
or a render that hangs holds up nobody for longer than LONGEST_WAIT_S, and whoever comes after
that not at all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT_S = 0.25


class Turn:
    """A place in the order, which may be left before the block ends."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self.held = lock.acquire(timeout=LONGEST_WAIT_S)
        self.began = time.monotonic()

    def leave(self) -> None:
        """Let the next one go: what comes now is waiting."""
        if self.held:
            self.held = False
            self._lock.release()

    @property
    def hangs(self) -> bool:
        """Whether it has been held for as long as others wait."""
        return self.held and time.monotonic() >= self.began + LONGEST_WAIT_S


class Pace:
    """Gives turns. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: Turn | None = None

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Wait for a turn, for a moment, and hold it within the block."""
        lock = self._lock
        turn = Turn(lock)
        try:
            if turn.held:
                self._latest = turn
            elif self._lock is lock and self._latest is not None and self._latest.hangs:
                self._lock = threading.Lock()  # who comes now need not wait for that one
            yield turn
        finally:
            turn.leave()
