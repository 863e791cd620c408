from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from mozi.pagecache import render_gate
from mozi.pagecache.render_gate import RenderGate

LONG_S = 10.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_gate, "LONGEST_WAIT_S", LONG_S)


def test_one_after_another() -> None:
    gate, at_once, most = RenderGate(), [0], [0]

    def make(_: int) -> None:
        for _ in range(50):
            with gate.hold():
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
                at_once[0] -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, range(8)))
    assert (at_once[0], most[0]) == (0, 1)


def test_a_released_hold_lets_the_next_thread_through() -> None:
    gate, went = RenderGate(), Event()

    def next_one() -> None:
        with gate.hold():
            went.set()

    with ThreadPoolExecutor(1) as threads, gate.hold() as hold:
        threads.submit(next_one)
        assert not went.wait(0.05)
        hold.release()
        assert went.wait(LONG_S)
        hold.release()  # twice is once: the next one's hold is not ours to end
    with gate.hold():
        pass


def test_a_hold_that_hangs_delays_others_only_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_gate, "LONGEST_WAIT_S", 0.01)
    gate = RenderGate()
    with gate.hold():
        with gate.hold():
            pass
        with gate.hold():  # what was not held was not given back
            pass


def test_one_that_hangs_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = RenderGate()
    with gate.hold():
        with monkeypatch.context() as soon:
            soon.setattr(render_gate, "LONGEST_WAIT_S", 0.01)
            with gate.hold() as waited:
                assert not waited.held
        with gate.hold() as later:
            assert later.held


def test_a_line_that_moves_on_is_not_left_because_it_is_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = RenderGate()
    with gate.hold() as hold:
        monkeypatch.setattr(render_gate, "LONGEST_WAIT_S", 0.01)
        hold.began += LONG_S  # it has only just begun
        with gate.hold() as waited, gate.hold() as later:
            assert (waited.held, later.held) == (False, False)


def test_an_error_ends_the_turn() -> None:
    gate = RenderGate()
    with pytest.raises(KeyError), gate.hold():
        raise KeyError
    assert gate._lock.acquire(timeout=0)
