"""How much a process does at once: pixels held, decodes and encodes, fetches, and who may wait.

Every wait has a deadline and ends in Busy, which a visitor meets as the placeholder.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from mozi.errors import Busy


class Budget:
    """So many units for all who hold some at once, given out in the order of asking.

    In order, so that a large picture is not starved by small ones that always fit.
    """

    def __init__(self, units: int, *, of: str) -> None:
        self.units = units
        self.of = of
        self._free = units
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, wanted: int = 1, *, wait_s: float) -> Iterator[None]:
        """Hold `wanted` units within the block (all, where more are asked for than there are).

        Raises Busy when they do not come free within wait_s seconds.
        """
        taken = min(wanted, self.units)
        self._take(taken, wait_s)
        try:
            yield
        finally:
            self._give_back(taken)

    @contextmanager
    def spare(self) -> Iterator[int]:
        """Hold one more unit within the block where one is free and nobody waits; give 1 or 0."""
        with self._changed:
            taken = int(self._free > 0 and not self._queue)
            self._free -= taken
        try:
            yield taken
        finally:
            self._give_back(taken)

    def _take(self, taken: int, wait_s: float) -> None:
        ticket, until = object(), time.monotonic() + wait_s
        with self._changed:
            self._queue.append(ticket)
            try:
                while self._queue[0] is not ticket or self._free < taken:
                    if not self._changed.wait(until - time.monotonic()):
                        raise Busy(f"All {self.units} {self.of} are in use.")
                self._free -= taken
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _give_back(self, taken: int) -> None:
        with self._changed:
            self._free += taken
            self._changed.notify_all()
