"""Work that a request leaves for a thread."""

from __future__ import annotations

import os
import threading

from mozi.logs.batches import MAX_WAITING, Batches
from tests.support.serving import wait_until


def test_items_are_consumed_soon_in_order_and_together() -> None:
    consumed: list[list[int]] = []
    batches = Batches(consumed.append, name="test")
    for item in range(100):
        batches.put(item)
    wait_until(lambda: sum(map(len, consumed)) == 100)
    assert [item for batch in consumed for item in batch] == list(range(100))
    assert len(consumed) <= 10


def test_a_consumer_that_hangs_costs_new_items_and_no_memory() -> None:
    called, thawed, consumed = threading.Event(), threading.Event(), list[int]()

    def hang(items: list[int]) -> None:
        called.set()
        thawed.wait()
        consumed.extend(items)

    batches = Batches(hang, name="test")
    batches.put(-1)
    assert called.wait(30)
    for item in range(MAX_WAITING + 5):
        batches.put(item)
    thawed.set()
    batches.flush()
    assert consumed == [-1, *range(MAX_WAITING)]


def test_a_fork_consumes_its_own_items_and_none_of_its_parents() -> None:
    reading, writing = os.pipe()
    batches = Batches[bytes](lambda items: os.write(writing, b"".join(items)), name="test")
    batches.put(b"parent.")
    if os.fork() == 0:
        batches.put(b"child.")
        batches.flush()
        os._exit(0)
    os.wait()
    batches.flush()  # the thread may have been faster than the fork
    os.close(writing)
    written = b"".join(iter(lambda: os.read(reading, 100), b""))
    assert sorted(written.split(b".")) == [b"", b"child", b"parent"]
