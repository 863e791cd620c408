"""How much a process does at once: pixels held, passwords checked, and who may wait.

Every wait has a deadline and ends in Busy, which a visitor meets as the placeholder.
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
    """One who waits for units. turn: locked until they are given."""

    units: int
    turn: threading.Lock = field(default_factory=threading.Lock)


class Budget:
    """So many units for all who hold some at once, given out in the order of asking.

    In order, so that a large picture is not starved by small ones that always fit. Whoever gives
    units back hands them to those whose turn it is and wakes nobody else: with a dozen threads
    waiting, waking all of them each time took a tenth of the processor.
    """

    def __init__(self, units: int, *, of: str) -> None:
        self.units = units
        self.of = of
        self._free = units
        self._queue: deque[_Ask] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, wanted: int = 1, *, wait_s: float) -> Iterator[None]:
        """Hold `wanted` units within the block (all, where more are asked for than there are).

        Raises Busy when they do not come free within wait_s seconds.
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
        """Return whether the ask still waited, which it now does no longer."""
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
        """Hand free units to those whose turn it is."""
        while self._queue and self._queue[0].units <= self._free:
            ask = self._queue.popleft()
            self._free -= ask.units
            ask.turn.release()
