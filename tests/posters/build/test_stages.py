"""The seconds of a build, by stage."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from mozi.posters.build import stages
from mozi.posters.build.stages import Stages


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that each reading moves on by a quarter of a second."""
    clock = SimpleNamespace(now=0.0)

    def perf_counter() -> float:
        clock.now += 0.25
        return float(clock.now)

    monkeypatch.setattr(stages, "time", SimpleNamespace(perf_counter=perf_counter))
    return clock


def test_the_blocks_of_a_stage_are_added_up(ticking: SimpleNamespace) -> None:
    times = Stages()
    for stage in ("store", "decode", "store"):
        with times(stage):
            pass
    assert times.seconds == {"store": 0.5, "decode": 0.25}
    assert str(times) == "store=500ms decode=250ms"


def test_a_block_that_raises_is_timed_too(ticking: SimpleNamespace) -> None:
    times = Stages()
    with pytest.raises(KeyError), times("fetch"):
        raise KeyError
    assert times.ms == {"fetch": 250}


def test_the_clock_is_real() -> None:
    times = Stages()
    with times("fetch"):
        time.sleep(0.01)
    assert times.seconds["fetch"] >= 0.01
