"""How many fetches run at once. Threads are real; none of these tests waits for a clock."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from mozi.errors import Busy
from mozi.posters.fetch.host_slots import SLOW_S, FetchSlots, host_of


def test_a_third_fetch_from_one_host_is_refused() -> None:
    slots = FetchSlots(8, 2)
    with slots.slot("http://a/1", 0), slots.slot("http://A:81/2", 0), pytest.raises(Busy):
        slots.slot("https://a/3", 0).__enter__()


def test_another_host_goes_ahead_of_one_that_waits_for_a_busy_host() -> None:
    slots = FetchSlots(8, 1)
    with ThreadPoolExecutor() as pool, slots.slot("a", 0):
        waiter = pool.submit(_enter, slots, "a", 30)
        _until_waiting(slots, 1)
        with slots.slot("b", 0):
            assert not waiter.done()


def test_a_slow_fetch_gives_up_its_place_at_its_host() -> None:
    now = [0.0]
    slots = FetchSlots(8, 2, clock=lambda: now[0])
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(slots.slot("a", 0))
        now[0] = SLOW_S - 0.1
        with pytest.raises(Busy):
            held.enter_context(slots.slot("a", 0))
        now[0] = SLOW_S
        for _ in range(2):
            held.enter_context(slots.slot("a", 0))
        now[0] = 2 * SLOW_S
        with pytest.raises(Busy):  # four of eight: the rest is for other hosts
            held.enter_context(slots.slot("a", 0))
        held.enter_context(slots.slot("b", 0))


def test_a_thread_that_waits_learns_that_another_fetch_is_slow() -> None:
    now = [0.0]
    slots = FetchSlots(8, 1, clock=lambda: now[0])
    with ThreadPoolExecutor() as pool, slots.slot("a", 0):
        waiter = pool.submit(_enter, slots, "a", 30)
        _until_waiting(slots, 1)
        now[0] = SLOW_S
        waiter.result(timeout=20)


def test_the_total_bounds_all_hosts_together() -> None:
    slots = FetchSlots(3, 2)
    with ExitStack() as held:
        for host in "abc":
            held.enter_context(slots.slot(host, 0))
        with pytest.raises(Busy):
            held.enter_context(slots.slot("d", 0.01))


def test_a_slot_comes_free_after_an_exception() -> None:
    slots = FetchSlots(1, 1)
    with suppress(ZeroDivisionError), slots.slot("a", 0):
        raise ZeroDivisionError
    with slots.slot("a", 0):
        pass


def test_a_refused_thread_leaves_the_queue() -> None:
    slots = FetchSlots(1, 1)
    with slots.slot("a", 0), suppress(Busy), slots.slot("a", 0):
        pytest.fail("one slot was given twice")
    with slots.slot("a", 0):
        pass


def test_waiters_are_served_in_the_order_of_asking() -> None:
    slots, served = FetchSlots(1, 1), []

    def wait(name: str) -> None:
        with slots.slot(name, 30):
            served.append(name)

    with ThreadPoolExecutor() as pool, slots.slot("first", 0):
        for count, name in enumerate("abcd", start=1):
            pool.submit(wait, name)
            _until_waiting(slots, count)
    assert served == list("abcd")


def test_never_more_than_the_bound_at_once_under_many_threads() -> None:
    slots, lock, now, most = FetchSlots(4, 2), threading.Lock(), {"all": 0}, {"all": 0}

    def visit(turn: int) -> None:
        host = "abc"[turn % 3]
        with slots.slot(host, 30):
            for key in ("all", host):
                with lock:
                    now[key] = now.get(key, 0) + 1
                    most[key] = max(most.get(key, 0), now[key])
            for key in ("all", host):
                with lock:
                    now[key] -= 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(visit, range(300)))
    assert most["all"] <= 4
    assert max(most[host] for host in "abc") <= 2


def test_nothing_is_remembered_of_hosts_that_are_done() -> None:
    slots = FetchSlots(2, 2)
    with slots.slot("http://a/", 0):
        pass
    assert not slots._running
    assert not slots._waiting


def test_an_address_without_a_readable_host_counts_as_a_host_of_its_own() -> None:
    assert host_of("http://[bad") == "http://[bad"
    assert host_of("Example.COM") == host_of("https://EXAMPLE.com:8443/x") == "example.com"


def _enter(slots: FetchSlots, host: str, timeout_s: float) -> None:
    with slots.slot(host, timeout_s):
        return


def _until_waiting(slots: FetchSlots, count: int) -> None:
    while len(slots._waiting) < count:
        threading.Event().wait(0.001)
