"""Work that a request leaves for a thread, which does it in batches soon after."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

EVERY_S = 0.1
MAX_WAITING = 20_000  # some 10 MB of request lines; further items are dropped

T = TypeVar("T")

_generation = 0  # raised in each fork, to tell processes apart; getpid() costs 12 µs


def _count_fork() -> None:
    global _generation
    _generation += 1


os.register_at_fork(after_in_child=_count_fork)


class Batches(Generic[T]):
    """Hands items to `consume` ten times a second, in a thread. Thread-safe.

    `put` never waits: it takes no lock that another thread holds for long. The thread starts with
    the first item in each process. A process that ends normally consumes the remaining items; a
    killed one (SIGKILL) loses the last tenth of a second.
    """

    def __init__(self, consume: Callable[[list[T]], None], *, name: str) -> None:
        self._consume = consume
        self._name = name
        self._waiting: SimpleQueue[T] = SimpleQueue()
        self._first: list[T] = []  # the item that woke the thread, which waits for more
        self._thread_of = -1
        self._starting = threading.Lock()
        self._consuming = threading.Lock()

    def put(self, item: T) -> None:
        """Queue the item; it is consumed within EVERY_S."""
        if self._thread_of != _generation:
            self._start()
        if self._waiting.qsize() < MAX_WAITING:
            self._waiting.put(item)

    def flush(self) -> None:
        """Consume the waiting items, in this thread."""
        with self._consuming:
            self._consume_waiting()

    def _start(self) -> None:
        """Start this process's thread; a fork has its parent's items, and no thread."""
        with self._starting:
            if self._thread_of == _generation:
                return
            self._waiting, self._first = SimpleQueue(), []
            self._consuming = threading.Lock()
            self._thread_of = _generation
        atexit.register(self.flush)
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        while True:
            self._first = [self._waiting.get()]
            time.sleep(EVERY_S)
            with self._consuming:
                self._consume_waiting()

    def _consume_waiting(self) -> None:
        items, self._first = self._first, []
        for _ in range(self._waiting.qsize()):
            try:
                items.append(self._waiting.get_nowait())
            except Empty:  # another thread was faster
                break
        if items:
            self._consume(items)
