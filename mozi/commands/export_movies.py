"""flask export-movies: write every movie and premiere to a file."""

from __future__ import annotations

from pathlib import Path

import click

from mozi.calendar.importing.export import ENDINGS, ending_of, export_rows, write_export
from mozi.commands.endings import operator_command
from mozi.database import reading


@operator_command("export-movies")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export_movies(file: Path) -> None:
    """Write every movie and premiere to FILE: .csv, .json or .xlsx by its ending.

    Importing the file again changes nothing.
    """
    ending = ending_of(file)
    if ending is None:
        endings = ", ".join(f".{each}" for each in ENDINGS)
        raise click.BadParameter(f"{file.name} must end in one of {endings}.", param_hint="FILE")
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as output, reading() as session:
            count = write_export(output, export_rows(session), ending=ending)
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{count} premieres written to {file}.")
