"""Gives freed memory back to the system, after work that needed much of it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any


def give_back() -> None:
    """Return glibc's free memory to the system; another libc does so by itself, or not at all.

    After the preview of 17,470 films that are 20 MB, which the next one would else add to.
    """
    if _trim is not None:
        _trim(0)


def _find_trim() -> Callable[[int], Any] | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # musl, macOS; Windows
        return None


_trim = _find_trim()
