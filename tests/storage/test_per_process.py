from __future__ import annotations

import os
import threading

import pytest

from mozi.storage.per_process import PerProcess
from tests.support.forks import Forks

# In a process of its own: forking one that has threads, as pytest's has, is warned of.
FORKED = """
import os, threading
from mozi.storage.per_process import PerProcess
value = PerProcess(os.getpid)
assert value.get() == os.getpid()
value._lock.acquire()  # as another thread may, while this one forks
child = os.fork()
if child == 0:
    os._exit(0 if value.get() == os.getpid() else 1)
assert os.waitpid(child, 0)[1] == 0
"""


def test_a_fork_makes_its_own_even_if_the_lock_was_held(start: Forks) -> None:
    assert start("-c", FORKED, env=os.environ).wait(20) == 0


def test_threads_that_ask_at_once_get_the_same() -> None:
    barrier, got = threading.Barrier(8), []
    value = PerProcess(object)

    def ask() -> None:
        barrier.wait()
        got.append(value.get())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(got)) == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    attempts = iter([None, os.getpid()])

    def make() -> int:
        made = next(attempts)
        if made is None:
            raise OSError("not yet")
        return made

    value = PerProcess(make)
    with pytest.raises(OSError, match="not yet"):
        value.get()
    assert value.get() == os.getpid()
