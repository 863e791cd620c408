"""Signal handlers hold for a block, and for the main thread alone."""

from __future__ import annotations

import os
import signal
import threading

from mozi.signals import handled_by


def test_the_handler_before_comes_back_after_the_block() -> None:
    before = signal.getsignal(signal.SIGUSR2)
    numbers: list[int] = []
    with handled_by(lambda number, frame: numbers.append(number), signal.SIGUSR2):
        os.kill(os.getpid(), signal.SIGUSR2)
    assert numbers == [signal.SIGUSR2]
    assert signal.getsignal(signal.SIGUSR2) is before


def test_another_thread_leaves_the_handlers_alone() -> None:
    handlers: list[object] = []

    def work() -> None:
        with handled_by(lambda number, frame: None, signal.SIGUSR2):
            handlers.append(signal.getsignal(signal.SIGUSR2))

    before = signal.getsignal(signal.SIGUSR2)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert handlers == [before]
