"""How a command ends: 0 done, 1 done with failures, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from mozi.database import cure_of
from mozi.errors import MoziError

FAILED = 1
INTERRUPTED = 130  # what shells make of SIGINT: 128 + 2; click itself would say 1


@contextmanager
def plain_ending() -> Iterator[None]:
    """Turn what a command cannot go on from into one line on standard error and its status."""
    try:
        with _interrupted_by_sigterm():
            yield
    except KeyboardInterrupt:
        _end("Interrupted.", INTERRUPTED)
    except MoziError as error:
        _end(str(error), FAILED)
    except (OperationalError, ProgrammingError) as error:
        _end(f"The database cannot be used: {error.orig}{cure_of(error)}", FAILED)


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Have SIGTERM end the block as Ctrl-C does, rolled back and told, not cut off."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(message: str, status: int) -> None:
    click.echo(message, err=True)
    sys.exit(status)
