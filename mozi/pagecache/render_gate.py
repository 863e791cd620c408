"""New pages of one process are rendered one after another, as far as that helps.

Threads share an interpreter: of fifteen new pages that are requested and rendered at once, each
is as late as the last; one after another, half of them come in half the time. A read or a render
that hangs delays others by LONGEST_WAIT_S at most, and after that not at all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT_S = 0.25


class Hold:
    """One thread's hold on the gate, which it may release before its block ends."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self.held = lock.acquire(timeout=LONGEST_WAIT_S)
        self.began = time.monotonic()

    def release(self) -> None:
        """Let the next thread through, because this one only waits from now on."""
        if self.held:
            self.held = False
            self._lock.release()

    @property
    def hangs(self) -> bool:
        """Whether it has been held for as long as others wait."""
        return self.held and time.monotonic() >= self.began + LONGEST_WAIT_S


class RenderGate:
    """Lets one thread through at a time. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: Hold | None = None

    @contextmanager
    def hold(self) -> Iterator[Hold]:
        """Wait for the gate for LONGEST_WAIT_S at most, and hold it within the block."""
        lock = self._lock
        hold = Hold(lock)
        try:
            if hold.held:
                self._latest = hold
            elif self._lock is lock and self._latest is not None and self._latest.hangs:
                self._lock = threading.Lock()  # later threads need not wait for that one
            yield hold
        finally:
            hold.release()
