"""The progress that commands show, and the log lines that they suppress."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from tqdm import tqdm

LINE_EVERY_S = 60


@contextmanager
def quiet(logger: str, *, below: int = logging.ERROR) -> Iterator[None]:
    """Suppress a logger's lines below a level; the command's own report has their content."""
    log = logging.getLogger(logger)
    level = log.level
    log.setLevel(below)
    try:
        yield
    finally:
        log.setLevel(level)


class LineAMinute:
    """Progress without a terminal: a line a minute with the count, the rate and the time left."""

    def __init__(self, unit: str, total: int | None) -> None:
        self.unit = unit
        self.total = total
        self.done = 0
        self.began = self.printed = time.monotonic()

    def update(self, more: int = 1) -> None:
        """Count more, and print a line if a minute has passed."""
        self.done += more
        now = time.monotonic()
        if now >= self.printed + LINE_EVERY_S:
            self.printed = now
            click.echo(self._line(self.done / (now - self.began)), err=True)

    def _line(self, rate: float) -> str:
        """Return the line; rate: units a second."""
        if not self.total:
            return f"{self.done} {self.unit}s, {rate:.1f} a second"
        left_min = max(0, self.total - self.done) / rate / 60
        return (
            f"{self.done} of {self.total} {self.unit}s, {rate:.1f} a second, "
            f"{left_min:.0f} min left"
        )


@contextmanager
def progress(unit: str, total: int | None = None) -> Iterator[Any]:
    """Give a bar on a terminal, a line a minute elsewhere, both with `update(how_many)`.

    unit: the singular ("object"). total: None if it is unknown.
    """
    if sys.stderr.isatty():
        with tqdm(total=total, unit=f" {unit}s", file=sys.stderr, dynamic_ncols=True) as bar:
            yield bar
    else:
        yield LineAMinute(unit, total)
