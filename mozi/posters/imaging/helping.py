"""A second thread for a part of the work, where one is free."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")


class Helper(Protocol):
    """Gives work to another thread; returns None if none is free."""

    def __call__(self, work: Callable[[], T], /) -> Future[T] | None: ...


def beside(work: Callable[[], T], help_by: Helper | None) -> Callable[[], T]:
    """Begin work in another thread; return a function that waits for it, and returns its result.

    What no other thread has begun by then is done by the caller's own.
    """
    helping = help_by(work) if help_by is not None else None
    return lambda: work() if helping is None or helping.cancel() else helping.result()
