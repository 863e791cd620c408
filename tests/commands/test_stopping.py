"""What the first and the second signal do to a command."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from mozi.commands.stopping import STOPPING, stopped_by_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_sets_the_event_and_says_so(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    with stopped_by_signals() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.is_set()
    assert capsys.readouterr().err == f"{STOPPING}\n"


def test_the_second_signal_interrupts() -> None:
    stop = threading.Event()
    stop.set()  # as the first one did
    with pytest.raises(KeyboardInterrupt), stopped_by_signals(stop):
        os.kill(os.getpid(), signal.SIGTERM)
