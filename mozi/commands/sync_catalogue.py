"""flask sync-catalogue: bring the region's premieres from TMDB."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from typing import Any

import click

from mozi import clock
from mozi.catalogue.planning import scope_of
from mozi.catalogue.run import Sync, SyncReport
from mozi.commands.endings import WRONG_USAGE, exit_status, operator_command
from mozi.commands.progress import progress
from mozi.commands.stopping import stopped_by_signals
from mozi.commands.warm_posters import DAY, span
from mozi.maintenance.notes import CATALOGUE, note
from mozi.services import services

RESULTS = ("added", "changed", "unchanged", "proposed", "gone")
OFF = "The catalogue is off: set TMDB_TOKEN (docs/catalogue.md says how to get one)."
LEFT = "Stopped; the next run goes on where this one was."


@operator_command("sync-catalogue")
@click.option("--from", "since", type=DAY, metavar="DATE", help="Premieres from DATE on.")
@click.option("--to", "until", type=DAY, metavar="DATE", help="Premieres up to DATE.")
@click.option("--movie", "movie_ids", multiple=True, type=int, metavar="ID", help="Only this one.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def sync_catalogue(
    since: datetime | None,
    until: datetime | None,
    movie_ids: tuple[int, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring the region's premieres from TMDB, and what has changed there.

    Without dates: from four weeks back to a year ahead. What an editor or an import has changed
    stays; where TMDB says something else, the desk asks. The command can be stopped and started
    again at any time, and run on several machines at once.
    """
    settings = services().settings
    first, last = span(since, until)
    if settings.tmdb_token is None:
        click.echo(OFF, err=True)
        sys.exit(WRONG_USAGE)
    began = time.monotonic()
    scope = scope_of(clock.today(settings), first=first, last=last, movie_ids=movie_ids)
    sync = Sync(settings, scope, dry_run=dry_run)
    report = _run(sync)
    if not dry_run:
        note(CATALOGUE, **report.noted)
    _print_report(sync, report, time.monotonic() - began, dry_run=dry_run, as_json=as_json)
    sys.exit(exit_status(interrupted=report.interrupted, failed=report.failed or report.stopped_by))


def _run(sync: Sync) -> SyncReport:
    with progress("movie") as shown, stopped_by_signals(sync.stop):

        def on_plan(films: int) -> None:
            shown.total = films

        sync.on_done = shown.update
        return sync.run(on_plan)


def _print_report(
    sync: Sync, report: SyncReport, seconds: float, *, dry_run: bool, as_json: bool
) -> None:
    for failed in report.failed:
        named = f"{failed.title} ({failed.tmdb_id})" if failed.tmdb_id else failed.title
        click.echo(f"{named}: {failed.reason}", err=True)
    if report.stopped_by:
        click.echo(f"Stopped: {report.stopped_by}", err=True)
    if report.interrupted:
        click.echo(LEFT, err=True)
    summary = _summary(sync, report, seconds)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
        return
    counts = ", ".join(f"{summary[name]} {name}" for name in RESULTS)
    written = "Nothing was written; it would be: " if dry_run else ""
    click.echo(
        f"{written}{counts}, {len(report.failed)} failed;"
        f" {sync.requests} requests, {summary['seconds']:.1f} s."
    )


def _summary(sync: Sync, report: SyncReport, seconds: float) -> dict[str, Any]:
    return {
        **{name: report.counts[name] for name in RESULTS},
        "failed": [vars(failed) for failed in report.failed],
        "requests": sync.requests,
        "seconds": round(seconds, 3),
    }
