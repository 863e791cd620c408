"""flask upload-posters: an old site's upload folder, taken into the storage as originals."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from mozi.commands.endings import FAILED, INTERRUPTED, plain_ending
from mozi.commands.progress import progress
from mozi.commands.stopping import stopped_by_signals
from mozi.maintenance.moving_in import MoveReport, MovingIn, UploadLimits
from mozi.maintenance.upload_folder import Folder, Left, read_folder
from mozi.services import services


@click.command("upload-posters")
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Look at every file, and take none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@with_appcontext
@plain_ending()
def upload_posters(folder: Path, dry_run: bool, as_json: bool) -> None:
    """Make the files of DIR the posters of their movies: 7.jpg, 7-anything.png.

    The number is the movie's id; of several files of one movie the newest is taken. Each file
    is decoded before it is taken, whatever its ending says. What was taken already is left as
    it is, so it can be stopped and started again. The variants are built on their first hit,
    or by warm-posters.
    """
    began = time.monotonic()
    found = _read(folder)
    with progress("file", len(found.files)) as shown:
        moving = _moving(found, folder, dry_run=dry_run, on_done=shown.update)
        with stopped_by_signals(moving.stop):
            report = moving.run()
    _tell(found, report, time.monotonic() - began, dry_run=dry_run, as_json=as_json)
    sys.exit(_exit_status(report))


def _read(folder: Path) -> Folder:
    try:
        return read_folder(folder)
    except OSError as error:
        raise click.BadParameter(f"{folder} cannot be read: {error.strerror}.") from error


def _moving(found: Folder, folder: Path, **how: Any) -> MovingIn:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the app
    settings = services().settings
    limits = UploadLimits(
        max_bytes=settings.poster_max_bytes,
        max_pixels=settings.poster_max_pixels,
        at_once=settings.poster_build_slots,
    )
    return MovingIn(
        services().storage, found, folder, limits=limits, in_context=app.app_context, **how
    )


def _tell(
    found: Folder, report: MoveReport, seconds: float, *, dry_run: bool, as_json: bool
) -> None:
    for left in (*found.skipped, *report.failed):
        click.echo(str(left), err=True)
    if report.stopped_by:
        click.echo(f"Given up, since the storage does not answer: {report.stopped_by}", err=True)
    if report.interrupted:
        click.echo("Stopped; what is left is taken by the next run.", err=True)
    if as_json:
        click.echo(json.dumps(_as_json(found, report, seconds, dry_run=dry_run)))
        return
    done = "would be taken" if dry_run else "taken"
    click.echo(
        f"{report.taken} {done}, {report.unchanged} there already, {len(found.skipped)} skipped,"
        f" {len(report.failed)} failed, {seconds:.1f} s."
    )


def _as_json(found: Folder, report: MoveReport, seconds: float, *, dry_run: bool) -> dict[str, Any]:
    """Return the report by the names that programs rely on."""
    return {
        "taken": 0 if dry_run else report.taken,
        "would_take": report.taken if dry_run else 0,
        "unchanged": report.unchanged,
        "skipped": [_named(left) for left in found.skipped],
        "failed": [_named(left) for left in report.failed],
        "dry_run": dry_run,
        "seconds": round(seconds, 3),
    }


def _named(left: Left) -> dict[str, Any]:
    return {"file": left.file, "movie_id": left.movie_id, "reason": left.reason}


def _exit_status(report: MoveReport) -> int:
    if report.interrupted:
        return INTERRUPTED
    return FAILED if report.failed or report.stopped_by else 0
