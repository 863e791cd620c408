"""Bounds what a process does at once: decoded pixels, password checks, waiting requests.

Every wait has a deadline and ends in Busy, for which a visitor gets the placeholder.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mozi.errors import Busy


@dataclass(frozen=True, eq=False)
class _Ask:
    """A thread that waits for units. turn: locked until it gets them."""

    units: int
    turn: threading.Lock = field(default_factory=threading.Lock)


class Budget:
    """A number of units that threads hold and give back, served in the order of their calls.

    The order keeps small pictures, which always fit, from starving a large one. A thread that
    gives units back wakes only the threads that get them: with a dozen threads waiting, waking
    all of them each time took a tenth of the processor.
    """

    def __init__(self, units: int, *, of: str) -> None:
        self.units = units
        self.of = of
        self._free = units
        self._queue: deque[_Ask] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, wanted: int = 1, *, wait_s: float) -> Iterator[None]:
        """Hold `wanted` units within the block, or all units if there are fewer.

        Raises Busy if they are not free within wait_s seconds.
        """
        taken = min(wanted, self.units)
        if not self._take(taken, wait_s):
            raise Busy(f"All {self.units} {self.of} are in use.")
        try:
            yield
        finally:
            self._give_back(taken)

    def _take(self, taken: int, wait_s: float) -> bool:
        """Return whether the units came within wait_s."""
        with self._lock:
            if not self._queue and taken <= self._free:
                self._free -= taken
                return True
            ask = _Ask(taken)
            ask.turn.acquire()
            self._queue.append(ask)
        try:
            return ask.turn.acquire(timeout=max(0, wait_s)) or not self._withdraw(ask)
        except BaseException:
            if not self._withdraw(ask):
                self._give_back(taken)
            raise

    def _withdraw(self, ask: _Ask) -> bool:
        """Take the ask out of the queue; return False if it has got its units."""
        with self._lock:
            if ask not in self._queue:
                return False
            self._queue.remove(ask)
            self._serve()
            return True

    def _give_back(self, taken: int) -> None:
        with self._lock:
            self._free += taken
            self._serve()

    def _serve(self) -> None:
        """Give free units to the threads that are first in the queue."""
        while self._queue and self._queue[0].units <= self._free:
            ask = self._queue.popleft()
            self._free -= ask.units
            ask.turn.release()
