"""What commands show while they work, and what they keep quiet meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet(logger: str, *, below: int = logging.ERROR) -> Iterator[None]:
    """Keep a logger's lines below a level to itself, where the command's own report says it."""
    log = logging.getLogger(logger)
    level = log.level
    log.setLevel(below)
    try:
        yield
    finally:
        log.setLevel(level)
