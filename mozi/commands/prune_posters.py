"""flask prune-posters: delete the objects that nothing has referred to for some time."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click

from mozi.calendar.editing.trash import forget_deleted
from mozi.commands.endings import exit_status, operator_command
from mozi.commands.progress import progress
from mozi.commands.stopping import stopped_by_signals
from mozi.database import writing
from mozi.maintenance.pruning import PruneReport, Pruning
from mozi.posters.gc.ownership import mark
from mozi.services import services
from mozi.units import MIB

DAY_S = 24 * 60 * 60
# Longer than any copy of a page lives: in the page cache, or at a search engine.
DEFAULT_DAYS = 30


@operator_command("prune-posters")
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(0, 36_500),
    default=DEFAULT_DAYS,
    show_default=True,
    metavar="DAYS",
    help="Only objects without reference for DAYS; 0: at any age.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be deleted, and delete nothing.")
@click.option("--take-over", is_flag=True, help="First mark the storage as this database's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def prune_posters(days: int, dry_run: bool, take_over: bool, as_json: bool) -> None:
    """Delete the objects under posters/ and originals/ that nothing refers to any more.

    History and undo count as references. The time runs from the moment when the last reference
    was dropped; for an object that was never recorded, from when it was stored. The command
    refuses a storage that another database has marked. It can be stopped and started again at
    any time, and the site may run meanwhile.
    """
    began = time.monotonic()
    storage = services().storage
    if take_over and not dry_run:
        mark(storage)
    if not dry_run:
        _forget_deleted_movies()
    with progress("object") as shown:
        pruning = Pruning(storage, older_than_s=days * DAY_S, dry_run=dry_run, on_seen=shown.update)
        with stopped_by_signals(pruning.stop):
            report = pruning.run()
    _print_report(report, time.monotonic() - began, dry_run=dry_run, as_json=as_json)
    sys.exit(exit_status(interrupted=report.interrupted, failed=report.failed or report.stopped_by))


def _forget_deleted_movies() -> None:
    """Delete the trash that is too old to be restored, and so its references to objects."""
    with writing() as session:
        forget_deleted(session)


def _print_report(report: PruneReport, seconds: float, *, dry_run: bool, as_json: bool) -> None:
    for each in report.failed:
        click.echo(f"{each.key}: {each.reason}", err=True)
    if report.stopped_by:
        click.echo(f"Stopped, because the storage does not answer: {report.stopped_by}", err=True)
    if report.interrupted:
        click.echo("Stopped; the next run deletes the remaining objects.", err=True)
    if as_json:
        click.echo(json.dumps(_as_json(report, seconds, dry_run=dry_run)))
        return
    for key in report.keys if dry_run else ():
        click.echo(key)
    done = "would be deleted" if dry_run else "deleted"
    click.echo(
        f"{report.seen} objects: {report.deleted} {done} ({report.size_bytes / MIB:.1f} MiB),"
        f" {report.referred} in use, {report.waiting} unused for too short a time,"
        f" {len(report.failed)} failed, {seconds:.1f} s."
    )


def _as_json(report: PruneReport, seconds: float, *, dry_run: bool) -> dict[str, Any]:
    return {
        "objects": report.seen,
        "deleted": 0 if dry_run else report.deleted,
        "would_delete": report.deleted if dry_run else 0,
        "bytes": report.size_bytes,
        "keys": report.keys,
        "in_use": report.referred,
        "waiting": report.waiting,
        "failed": [vars(each) for each in report.failed],
        "dry_run": dry_run,
        "seconds": round(seconds, 3),
    }
