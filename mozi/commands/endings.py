"""How a command ends: 0 done, 1 done with failures, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from mozi.database import cure_of
from mozi.errors import MoziError
from mozi.signals import handled_by

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130  # what a shell reports for SIGINT: 128 + 2; click itself uses 1


@contextmanager
def plain_ending() -> Iterator[None]:
    """Turn an error that ends the command into one line on standard error and an exit status."""
    try:
        with handled_by(_interrupt, signal.SIGTERM):
            yield
    except KeyboardInterrupt:
        _end("Interrupted.", INTERRUPTED)
    except MoziError as error:
        _end(str(error), FAILED)
    except (OperationalError, ProgrammingError) as error:
        _end(f"The database cannot be used: {error.orig}{cure_of(error)}", FAILED)


def operator_command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Return the decorator of a command, which runs in the app's context with a plain ending."""

    def decorate(function: Callable[..., None]) -> click.Command:
        return click.command(name)(with_appcontext(plain_ending()(function)))

    return decorate


def exit_status(*, interrupted: bool, failed: object) -> int:
    """Return the status of a run that was interrupted, or had failures, or is done."""
    if interrupted:
        return INTERRUPTED
    return FAILED if failed else 0


def _interrupt(number: int, frame: object) -> None:
    """End the command as Ctrl-C does: with a rollback and a message."""
    raise KeyboardInterrupt


def _end(message: str, status: int) -> None:
    click.echo(message, err=True)
    sys.exit(status)
