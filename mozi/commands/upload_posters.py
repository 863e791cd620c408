"""flask upload-posters: store the files of an old upload folder as originals."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
from flask import current_app

from mozi.commands.endings import exit_status, operator_command
from mozi.commands.progress import progress
from mozi.commands.stopping import stopped_by_signals
from mozi.maintenance.upload_folder import NotUploaded, UploadFolder, read_folder
from mozi.maintenance.uploading import Uploading, UploadLimits, UploadReport
from mozi.services import services


@operator_command("upload-posters")
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Check every file and store none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def upload_posters(folder: Path, dry_run: bool, as_json: bool) -> None:
    """Make the files of DIR the posters of their movies: 7.jpg, 7-anything.png.

    The number is the movie's id; the newest of several files of one movie is used. Each file is
    decoded before it is stored, whatever its ending says. Files that are stored already are
    skipped, so the command can be stopped and started again. The variants are built at the
    first request, or by warm-posters.
    """
    began = time.monotonic()
    found = _read(folder)
    with progress("file", len(found.files)) as shown:
        uploading = _uploading(found, folder, dry_run=dry_run, on_done=shown.update)
        with stopped_by_signals(uploading.stop):
            report = uploading.run()
    _print_report(found, report, time.monotonic() - began, dry_run=dry_run, as_json=as_json)
    sys.exit(exit_status(interrupted=report.interrupted, failed=report.failed or report.stopped_by))


def _read(folder: Path) -> UploadFolder:
    try:
        return read_folder(folder)
    except OSError as error:
        raise click.BadParameter(f"{folder} cannot be read: {error.strerror}.") from error


def _uploading(found: UploadFolder, folder: Path, **how: Any) -> Uploading:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the app
    settings = services().settings
    limits = UploadLimits(
        max_bytes=settings.poster_max_bytes,
        max_pixels=settings.poster_max_pixels,
        at_once=settings.poster_build_slots,
    )
    return Uploading(
        services().storage, found, folder, limits=limits, in_context=app.app_context, **how
    )


def _print_report(
    found: UploadFolder, report: UploadReport, seconds: float, *, dry_run: bool, as_json: bool
) -> None:
    for file in (*found.skipped, *report.failed):
        click.echo(str(file), err=True)
    if report.stopped_by:
        click.echo(f"Stopped, because the storage does not answer: {report.stopped_by}", err=True)
    if report.interrupted:
        click.echo("Stopped; the next run uploads the remaining files.", err=True)
    if as_json:
        click.echo(json.dumps(_as_json(found, report, seconds, dry_run=dry_run)))
        return
    done = "would be uploaded" if dry_run else "uploaded"
    click.echo(
        f"{report.uploaded} {done}, {report.unchanged} unchanged, {len(found.skipped)} skipped,"
        f" {len(report.failed)} failed, {seconds:.1f} s."
    )


def _as_json(
    found: UploadFolder, report: UploadReport, seconds: float, *, dry_run: bool
) -> dict[str, Any]:
    """Return the report under the names that other programs rely on."""
    return {
        "taken": 0 if dry_run else report.uploaded,
        "would_take": report.uploaded if dry_run else 0,
        "unchanged": report.unchanged,
        "skipped": [_as_dict(file) for file in found.skipped],
        "failed": [_as_dict(file) for file in report.failed],
        "dry_run": dry_run,
        "seconds": round(seconds, 3),
    }


def _as_dict(file: NotUploaded) -> dict[str, Any]:
    return {"file": file.file, "movie_id": file.movie_id, "reason": file.reason}
