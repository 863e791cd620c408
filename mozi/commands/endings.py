"""How a command ends: 0 done, 1 done with failures, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from mozi.errors import MoziError

FAILED = 1
INTERRUPTED = 130  # what shells make of SIGINT: 128 + 2; click itself would say 1


@contextmanager
def plain_ending() -> Iterator[None]:
    """Turn what a command cannot go on from into one line on standard error and its status."""
    try:
        yield
    except KeyboardInterrupt:
        _end("Interrupted.", INTERRUPTED)
    except MoziError as error:
        _end(str(error), FAILED)
    except (OperationalError, ProgrammingError) as error:
        _end(f"The database cannot be used: {error.orig}", FAILED)


def _end(message: str, status: int) -> None:
    click.echo(message, err=True)
    sys.exit(status)
