"""A value that each process makes at its first use.

A process and its forks must not share connections.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")


class PerProcess(Generic[T]):
    """The result of make() in this process; the first thread that needs it calls make()."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._lock = threading.Lock()
        _all.add(self)

    def get(self) -> T:
        """Return the value; raises what make() raises, and then tries again the next time."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def forget(self) -> None:
        """Drop the value and the lock: in a fork, no thread is left to release it."""
        self._made = []
        self._lock = threading.Lock()


_all: WeakSet[PerProcess[Any]] = WeakSet()


def _forget_all() -> None:
    for value in _all:
        value.forget()


os.register_at_fork(after_in_child=_forget_all)
