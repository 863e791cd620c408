from __future__ import annotations

import threading
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from mozi.budget import Budget
from mozi.errors import Busy


def test_what_is_held_comes_back_after_an_error() -> None:
    budget = Budget(1, of="slots")
    with pytest.raises(KeyError), budget.hold(wait_s=0):
        raise KeyError
    with budget.hold(wait_s=0):
        pass


def test_a_thread_that_gets_no_unit_in_time_is_busy() -> None:
    budget = Budget(1, of="slots")
    with budget.hold(wait_s=0), pytest.raises(Busy, match="All 1 slots"), budget.hold(wait_s=0.01):
        pass


def test_asking_for_more_units_than_there_are_takes_all() -> None:
    budget = Budget(10, of="pixels")
    with budget.hold(99, wait_s=0), pytest.raises(Busy), budget.hold(1, wait_s=0):
        pass


def test_a_large_picture_is_not_starved_by_small_ones() -> None:
    budget, order = Budget(2, of="pixels"), []

    def take(name: str, units: int) -> None:
        with budget.hold(units, wait_s=5):
            order.append(name)

    with budget.hold(1, wait_s=0):
        large = threading.Thread(target=take, args=("large", 2))
        large.start()
        while not budget._queue:
            pass
        small = threading.Thread(target=take, args=("small", 1))
        small.start()
        while len(budget._queue) < 2:
            pass
    large.join()
    small.join()
    assert order == ["large", "small"]


def test_never_more_than_the_budget_is_held_at_once() -> None:
    budget, held, most = Budget(3, of="slots"), [0], [0]
    lock = threading.Lock()

    def work() -> None:
        for _ in range(50):
            with budget.hold(wait_s=10):
                with lock:
                    held[0] += 1
                    most[0] = max(most[0], held[0])
                with lock:
                    held[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (held[0], most[0] <= 3) == (0, True)


def test_who_gives_up_lets_the_next_one_go() -> None:
    budget, got = Budget(2, of="pixels"), threading.Event()

    def take_small() -> None:
        while not budget._queue:
            pass
        with budget.hold(1, wait_s=5):
            got.set()

    small = threading.Thread(target=take_small)
    small.start()
    with budget.hold(1, wait_s=0):
        with pytest.raises(Busy), budget.hold(2, wait_s=0.2):
            pass
        assert got.wait(5)
    small.join()


def test_units_that_come_to_one_who_is_interrupted_are_not_lost() -> None:
    budget = Budget(1, of="slots")

    class Turn:
        """Ctrl-C in the moment in which the units are handed over."""

        def acquire(self, timeout: float = -1) -> bool:
            if timeout >= 0:
                budget._give_back(1)
                raise KeyboardInterrupt
            return True

        def release(self) -> None:
            """Hand over."""

    holder = budget.hold(wait_s=0)
    holder.__enter__()
    ask = partial(SimpleNamespace, turn=Turn())
    unlucky = patch("mozi.budget._Ask", lambda units: ask(units=units))
    with unlucky, pytest.raises(KeyboardInterrupt), budget.hold(wait_s=1):
        pass
    with budget.hold(wait_s=0):
        pass
