"""The threads that decode and encode: a fixed number, in order, with a deadline."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from mozi.errors import Busy
from mozi.posters.build import imaging_threads
from mozi.posters.build.imaging_threads import ImagingThreads
from mozi.posters.build.niceness import NICENESS

PATIENCE_S = 30


class Picture:
    """Something large that must be freed soon."""


@contextmanager
def busy(imaging: ImagingThreads) -> Iterator[Callable[[], None]]:
    """Keep one thread at work within the block, or until the function that is given is called."""
    begun, over = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert over.wait(PATIENCE_S)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(imaging.run, work, wait_s=PATIENCE_S)
        try:
            assert begun.wait(PATIENCE_S)
            yield over.set
        finally:
            over.set()
        held.result()


def test_it_returns_or_raises_what_the_work_does() -> None:
    imaging = ImagingThreads(1)
    assert imaging.run(lambda: 7, wait_s=PATIENCE_S) == 7
    with pytest.raises(KeyError):
        imaging.run(lambda: {}["x"], wait_s=PATIENCE_S)
    assert imaging.run(lambda: 8, wait_s=PATIENCE_S) == 8


def test_a_time_out_of_the_work_itself_is_raised() -> None:
    def work() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        ImagingThreads(1).run(work, wait_s=PATIENCE_S)


def test_work_that_does_not_begin_in_time_is_busy_and_never_done() -> None:
    imaging, done = ImagingThreads(1), []
    with busy(imaging), pytest.raises(Busy, match="All 1 build slots"):
        imaging.run(lambda: done.append(1), wait_s=0.01)
    assert (imaging.run(lambda: 2, wait_s=PATIENCE_S), done) == (2, [])


def test_work_that_has_begun_is_waited_for() -> None:
    imaging, begun, over = ImagingThreads(1), threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        over.wait(PATIENCE_S)
        return 7

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(imaging.run, work, wait_s=0.5)
        assert begun.wait(PATIENCE_S)
        with pytest.raises(TimeoutError):
            told.result(0.7)
        over.set()
        assert told.result(PATIENCE_S) == 7


def test_never_more_work_at_once_than_there_are_threads() -> None:
    imaging, lock, at_work, most = ImagingThreads(3), threading.Lock(), [0], [0]

    def work() -> None:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        with lock:
            at_work[0] -= 1

    with ThreadPoolExecutor(12) as pool:
        for each in [pool.submit(imaging.run, work, wait_s=PATIENCE_S) for _ in range(400)]:
            each.result()
    assert (at_work[0], most[0] <= 3, imaging._started <= 3) == (0, True, True)


def test_work_is_done_in_the_order_of_the_calls() -> None:
    imaging, order = ImagingThreads(1), []
    with ThreadPoolExecutor(9) as pool, busy(imaging):
        for number in range(9):
            pool.submit(imaging.run, lambda n=number: order.append(n), wait_s=PATIENCE_S)
            while imaging._jobs.qsize() <= number:
                pass
    assert order == list(range(9))


def test_help_is_given_by_a_thread_that_is_free_and_by_no_other() -> None:
    imaging = ImagingThreads(2)
    with busy(imaging):
        help_given = imaging.offer(lambda: 7)
        assert help_given is not None
        assert help_given.result(PATIENCE_S) == 7
        with busy(imaging):
            assert imaging.offer(lambda: 7) is None


def test_finished_work_is_freed_at_once() -> None:
    imaging = ImagingThreads(1)
    gc.disable()  # what goes only by a collection stays until then: twenty pictures, say
    try:
        pictures = [Picture(), Picture(), Picture()]
        gone = [weakref.ref(each) for each in pictures]
        imaging.run(lambda kept=pictures[0]: None, wait_s=PATIENCE_S)
        with pytest.raises(KeyError):
            imaging.run(lambda kept=pictures[1]: {}["x"], wait_s=PATIENCE_S)
        imaging.run(lambda: pictures.pop(), wait_s=PATIENCE_S)
        pictures.clear()
        imaging.run(lambda: None, wait_s=PATIENCE_S)  # the thread has let go of what was before
        assert [each() for each in gone] == [None, None, None]
    finally:
        gc.enable()


def test_it_comes_after_the_pages() -> None:
    here = os.nice(0)
    assert ImagingThreads(1).run(lambda: os.nice(0), wait_s=PATIENCE_S) == max(here, NICENESS)


def test_a_machine_that_gives_no_thread_is_busy_and_one_thread_does_for_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imaging, none_yet = ImagingThreads(2), ImagingThreads(1)
    with busy(imaging) as finish, ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()  # its thread is there

        def refuse(thread: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(Busy, match="No thread"):
            none_yet.run(lambda: 7, wait_s=0)
        second = pool.submit(imaging.run, lambda: 8, wait_s=PATIENCE_S)
        finish()
        assert second.result(PATIENCE_S) == 8


def test_a_fork_has_threads_of_its_own() -> None:
    imaging = ImagingThreads(1)
    with busy(imaging):
        child = os.fork()
        if child == 0:
            os._exit(imaging.run(lambda: 7, wait_s=PATIENCE_S))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_threads_with_nothing_to_do_end_and_others_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imaging_threads, "IDLE_S", 0.01)
    imaging = ImagingThreads(2)
    for number in range(3):
        assert imaging.run(lambda n=number: n, wait_s=PATIENCE_S) == number
        while imaging._started:
            time.sleep(0.005)
    assert imaging._free == 2
