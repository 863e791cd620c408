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
def stopped_by_signals(
    stop: threading.Event | None = None, *, saying: str = STOPPING
) -> Iterator[threading.Event]:
    """Give stop, which the first signal in the block sets; the second raises KeyboardInterrupt."""
    event = stop or threading.Event()

    def handle(number: int, frame: object) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        click.echo(saying, err=True)
        event.set()

    with handled_by(handle, signal.SIGINT, signal.SIGTERM):
        yield event
