"""Work that a request leaves for a thread: put in at once, done in batches soon after."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

EVERY_S = 0.1
MOST_WAITING = 20_000  # some 10 MB of request lines; beyond that new items are dropped

T = TypeVar("T")

_generation = 0  # how many forks lie between the first process and this one; getpid() costs 12 µs


def _count_fork() -> None:
    global _generation
    _generation += 1


os.register_at_fork(after_in_child=_count_fork)


class Batches(Generic[T]):
    """Hands items to `consume` ten times a second, in a thread of their own. Thread-safe.

    `put` never waits: it takes no lock that another thread holds for long. The thread starts
    with the first item, once in each process; a process that ends normally consumes what is
    left. The price: a process that is killed (SIGKILL) loses its last tenth of a second.
    """

    def __init__(self, consume: Callable[[list[T]], None], *, name: str) -> None:
        self._consume = consume
        self._name = name
        self._waiting: SimpleQueue[T] = SimpleQueue()
        self._first: list[T] = []  # what woke the thread, while it lets more gather
        self._thread_of = -1
        self._starting = threading.Lock()
        self._consuming = threading.Lock()

    def put(self, item: T) -> None:
        """Have the item consumed within EVERY_S."""
        if self._thread_of != _generation:
            self._start()
        if self._waiting.qsize() < MOST_WAITING:
            self._waiting.put(item)

    def flush(self) -> None:
        """Consume what waits, in this thread."""
        with self._consuming:
            self._consume_waiting()

    def _start(self) -> None:
        """Start the thread of this process: a fork inherits its parent's items, and no thread."""
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
