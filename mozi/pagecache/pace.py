"""Pages of one process are made one after another, as far as that helps.

Threads share an interpreter: of fifteen cold pages that are asked for at once and made at once
each is as late as the last, while one after another half of them come in half the time. A read
or a render that hangs holds up nobody for longer than LONGEST_WAIT_S.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT_S = 0.25


class Turn:
    """A place in the order, which may be left before the block ends."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._held = lock.acquire(timeout=LONGEST_WAIT_S)

    def leave(self) -> None:
        """Let the next one go: what comes now is waiting."""
        if self._held:
            self._held = False
            self._lock.release()


class Pace:
    """Gives turns. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Wait for a turn, for a moment, and hold it within the block."""
        turn = Turn(self._lock)
        try:
            yield turn
        finally:
            turn.leave()
