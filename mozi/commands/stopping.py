"""Ctrl-C and SIGTERM: the first ends a command after its present work, the second at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from mozi.signals import handled_by

STOPPING = "Stopping after the present work."


@contextmanager
def stopped_by_signals(stop: threading.Event, *, saying: str = STOPPING) -> Iterator[None]:
    """Set stop at the first signal in the block; raise KeyboardInterrupt at the second."""

    def handle(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        click.echo(saying, err=True)
        stop.set()

    with handled_by(handle, signal.SIGINT, signal.SIGTERM):
        yield


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Give an event that the first signal sets."""
    stop = threading.Event()
    with stopped_by_signals(stop):
        yield stop
