"""The threads that decode and encode: so many in one process, for all who build in it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar
from weakref import WeakSet

from mozi.errors import Busy
from mozi.posters.build.niceness import yield_to_pages

T = TypeVar("T")
IDLE_S = 10.0


@dataclass(frozen=True, eq=False)
class _Job:
    """context: of whoever asked, as a request's id in the log is."""

    work: Callable[[], Any]
    context: Context = field(default_factory=copy_context)
    done: Future[Any] = field(default_factory=Future)


class ImagingThreads:
    """Do what they are given in the order of asking, so many at once.

    Not turns at the work for whoever builds: a thread that is through with one picture takes up
    the next by itself, and a core does not stand idle until another thread has woken and got the
    interpreter lock. They start when they are needed, and end when there has been nothing to do
    for IDLE_S, or with the process: whoever is to finish what is in hand waits for it.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._begin()
        _EACH.add(self)

    def _begin(self) -> None:
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._free = self.count  # less than none: so many jobs wait
        self._started = 0
        self._lock = threading.Lock()

    def run(self, work: Callable[[], T], *, wait_s: float) -> T:
        """Return what work returns, or raise what it raises.

        Raises Busy when it is not begun within wait_s seconds; once begun it is waited for.
        """
        with self._lock:
            done = self._add(work)
        try:
            if not _is_begun(done, wait_s):
                raise Busy(f"All {self.count} build slots are in use.")
            return done.result()
        finally:
            done.cancel()  # where whoever waits is interrupted
            del done  # an error holds on to it, as it does to the error

    def offer(self, work: Callable[[], T]) -> Future[T] | None:
        """Have work done by a thread that is free anyway; None where none is."""
        with self._lock:
            return self._add(work) if self._free > 0 else None

    def _add(self, work: Callable[[], T]) -> Future[T]:
        if self._started < min(self.count, self.count - self._free + 1):
            self._start_one()
        job = _Job(work)
        self._free -= 1
        self._jobs.put(job)
        return job.done

    def _start_one(self) -> None:
        """Start one more thread; raises Busy where there is none and the machine gives none."""
        try:
            threading.Thread(target=self._work, name="imaging", daemon=True).start()
        except RuntimeError as error:
            if not self._started:
                raise Busy("No thread can be started.") from error
            return
        self._started += 1

    def _work(self) -> None:
        yield_to_pages()
        while self._do_one():
            pass

    def _do_one(self) -> bool:
        """Do one job; return False, and count as ended, where none has come for IDLE_S."""
        try:
            _do(self._jobs.get(timeout=IDLE_S))  # kept by nobody: it may be a whole picture
        except Empty:
            with self._lock:
                goes = self._jobs.empty()
                self._started -= goes
                return not goes
        with self._lock:
            self._free += 1
        return True


def _do(job: _Job) -> None:
    if not job.done.set_running_or_notify_cancel():
        return
    try:
        job.done.set_result(job.context.run(job.work))
    except BaseException as error:  # told in the thread that waits
        job.done.set_exception(error)
    finally:
        del job  # an error holds on to it, as it does to the error


def _is_begun(done: Future[Any], wait_s: float) -> bool:
    """Return, once it is through or wait_s have passed, whether it is begun; else it never is."""
    try:
        done.exception(max(0.0, wait_s))
    except FutureTimeout:
        return not done.cancel()
    return True


def _begin_in_fork() -> None:
    """Begin anew in a process that was forked, which has none of the threads."""
    for each in _EACH:
        each._begin()


_EACH: WeakSet[ImagingThreads] = WeakSet()
os.register_at_fork(after_in_child=_begin_in_fork)
