"""flask import-movies: insert or update the movies of a file."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from mozi.calendar.importing.run import ImportReport, import_file
from mozi.commands.endings import FAILED, operator_command
from mozi.errors import ImportRejected


@operator_command("import-movies")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only report what would be done.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows even if others are bad.")
@click.option("--empty-keeps", is_flag=True, help="An empty cell keeps what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def import_movies(
    file: Path, dry_run: bool, skip_bad: bool, empty_keeps: bool, as_json: bool
) -> None:
    """Insert or update the movies of FILE, .xlsx, CSV or JSON: all rows or none.

    A row updates the movie with its external_id, else the one with its title and premiere date.
    A missing column changes nothing; an empty cell (in JSON: null) clears the field.
    docs/commands.md lists the columns.
    """
    started = time.monotonic()
    try:
        report = import_file(file, dry_run=dry_run, skip_bad=skip_bad, empty_keeps=empty_keeps)
        summary = _summary(report, dry_run)
    except ImportRejected as error:
        report = ImportReport(0, 0, 0, refused=error.faults)
        summary = "Nothing was written."
    seconds = round(time.monotonic() - started, 3)
    for fault in report.refused:
        click.echo(str(fault), err=True)
    click.echo(summary, err=as_json)
    if as_json:
        click.echo(json.dumps({**_as_json(report), "seconds": seconds, "dry_run": dry_run}))
    if report.refused:
        sys.exit(FAILED)


def _summary(report: ImportReport, dry_run: bool) -> str:
    refused = len({fault.row for fault in report.refused})
    counts = (
        f"{report.inserted} inserted, {report.updated} updated,"
        f" {report.unchanged} unchanged, {refused} refused"
    )
    return f"Nothing was written; it would be {counts}." if dry_run else f"{counts}."


def _as_json(report: ImportReport) -> dict[str, object]:
    """Return the report under the names that other programs rely on."""
    failed = [
        {"row": fault.row, "column": fault.column, "title": fault.title, "reason": fault.reason}
        for fault in report.refused
    ]
    return {
        "inserted": report.inserted,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "failed": failed,
    }
