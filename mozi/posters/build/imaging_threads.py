"""The threads that decode and encode: a fixed number in one process, shared by all its builds.

A second set of them stores what is made, so that nothing waits for one object after another.

docs/decisions/imaging-threads.md says why this is not a ThreadPoolExecutor.
"""

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
    """context: of the caller, so that the log has its request's id."""

    work: Callable[[], Any]
    context: Context = field(default_factory=copy_context)
    done: Future[Any] = field(default_factory=Future)


class ImagingThreads:
    """Threads that do work in the order of the calls, at most `count` at once.

    The callers do not decode themselves by turns: a thread that has finished one picture takes
    the next at once, so no core idles until another thread has woken and got the interpreter
    lock. A thread starts when it is needed and ends after IDLE_S without work, or with the
    process: the caller of run() is the one that waits for its work.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._begin()
        _EACH.add(self)

    def _begin(self) -> None:
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._free = self.count  # negative: so many jobs wait
        self._started = 0
        self._lock = threading.Lock()

    def run(self, work: Callable[[], T], *, wait_s: float) -> T:
        """Return what work returns, or raise what it raises.

        Raises Busy if no thread begins the work within wait_s seconds; once begun, it is waited
        for.
        """
        with self._lock:
            done = self._add(work)
        try:
            if not _is_begun(done, wait_s):
                raise Busy(f"All {self.count} build slots are in use.")
            return done.result()
        finally:
            done.cancel()  # if the caller is interrupted
            del done  # it and its error refer to each other

    def offer(self, work: Callable[[], T]) -> Future[T] | None:
        """Give work to a free thread; return None if there is none."""
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
        """Start one more thread; raises Busy if the machine gives none and none runs."""
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
        """Do one job; return False and count as ended if none comes within IDLE_S."""
        try:
            _do(self._jobs.get(timeout=IDLE_S))  # in no variable: a job can hold a picture
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
    except BaseException as error:  # the caller of run() raises it
        job.done.set_exception(error)
    finally:
        del job  # it and its error refer to each other


def _is_begun(done: Future[Any], wait_s: float) -> bool:
    """Wait until it is done, at most wait_s; return False and cancel it if it has not begun."""
    try:
        done.exception(max(0.0, wait_s))
    except FutureTimeout:
        return not done.cancel()
    return True


def _begin_in_fork() -> None:
    """Start afresh in a forked process, which has none of the threads."""
    for each in _EACH:
        each._begin()


_EACH: WeakSet[ImagingThreads] = WeakSet()
os.register_at_fork(after_in_child=_begin_in_fork)
