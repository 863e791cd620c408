"""Signals that mean something else for a while."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def handled_by(handle: Callable[[int, object], object], *numbers: int) -> Iterator[None]:
    """Have handle called for these signals within the block; main thread only."""
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
