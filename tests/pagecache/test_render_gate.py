from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from mozi.pagecache import render_gate
from mozi.pagecache.render_gate import Pace

LONG_S = 10.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_gate, "LONGEST_WAIT_S", LONG_S)


def test_one_after_another() -> None:
    turns, at_once, most = Pace(), [0], [0]

    def make(_: int) -> None:
        for _ in range(50):
            with turns.turn():
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
                at_once[0] -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, range(8)))
    assert (at_once[0], most[0]) == (0, 1)


def test_whoever_leaves_lets_the_next_one_go() -> None:
    turns, went = Pace(), Event()

    def next_one() -> None:
        with turns.turn():
            went.set()

    with ThreadPoolExecutor(1) as threads, turns.turn() as turn:
        threads.submit(next_one)
        assert not went.wait(0.05)
        turn.leave()
        assert went.wait(LONG_S)
        turn.leave()  # twice is once: the next one's turn is not ours to end
    with turns.turn():
        pass


def test_one_that_hangs_holds_up_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_gate, "LONGEST_WAIT_S", 0.01)
    turns = Pace()
    with turns.turn():
        with turns.turn():
            pass
        with turns.turn():  # what was not held was not given back
            pass


def test_one_that_hangs_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Pace()
    with turns.turn():
        with monkeypatch.context() as soon:
            soon.setattr(render_gate, "LONGEST_WAIT_S", 0.01)
            with turns.turn() as waited:
                assert not waited.held
        with turns.turn() as later:
            assert later.held


def test_a_line_that_moves_on_is_not_left_because_it_is_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = Pace()
    with turns.turn() as turn:
        monkeypatch.setattr(render_gate, "LONGEST_WAIT_S", 0.01)
        turn.began += LONG_S  # it has only just begun
        with turns.turn() as waited, turns.turn() as later:
            assert (waited.held, later.held) == (False, False)


def test_an_error_ends_the_turn() -> None:
    turns = Pace()
    with pytest.raises(KeyError), turns.turn():
        raise KeyError
    assert turns._lock.acquire(timeout=0)
