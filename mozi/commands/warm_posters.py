"""flask warm-posters: build every missing variant before a visitor asks for it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click
from flask import current_app

from mozi import clock
from mozi.calendar.weeks import week_of
from mozi.commands.endings import exit_status, operator_command
from mozi.commands.progress import progress, quiet
from mozi.commands.stopping import STOPPING, stopped_by_signals
from mozi.posters.batch.enqueue import QueuedWarming
from mozi.posters.batch.selection import Scope, Selection, scope_of
from mozi.posters.batch.warming import Warming, WarmReport, workers_for
from mozi.posters.recipes import OPTIONAL, RECIPES
from mozi.services import services

OnDone = Callable[[WarmReport], None]

DAY = click.DateTime(["%Y-%m-%d"])
QUEUED = "Stopped waiting; the workers build what is queued."
# After an interruption, by --enqueue.
LEFT = {
    False: "Stopped; the next run builds the remaining posters.",
    True: "Stopped waiting; the workers build the remaining posters.",
}


@operator_command("warm-posters")
@click.option(
    "--media",
    multiple=True,
    type=click.Choice([*RECIPES, *OPTIONAL]),
    help="Only this variant.",
)
@click.option("--movie", "movie_ids", multiple=True, type=int, metavar="ID", help="Only this one.")
@click.option("--from", "since", type=DAY, metavar="DATE", help="Premieres from DATE on.")
@click.option("--to", "until", type=DAY, metavar="DATE", help="Premieres up to DATE.")
@click.option("--workers", type=click.IntRange(1, 64), help="Movies that are built at once.")
@click.option("--rebuild", is_flag=True, help="Build existing variants again, under the same keys.")
@click.option("--retry-failed", is_flag=True, help="Try failed sources before their pause ends.")
@click.option("--enqueue", is_flag=True, help="Queue the movies for all workers (`flask work`).")
@click.option("--dry-run", is_flag=True, help="Print what would be built, and build nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def warm_posters(
    since: datetime | None,
    until: datetime | None,
    workers: int | None,
    enqueue: bool,
    dry_run: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Build every missing poster variant: one fetch and one decode a movie.

    The movies that the index shows come first. The command can be stopped and started again at
    any time, and run on several machines at once.
    """
    began = time.monotonic()
    first, last = span(since, until)
    selection = Selection(
        shown_from=week_of(clock.today(services().settings)).first,
        extras=services().settings.poster_extras,
        since=first,
        until=last,
        **chosen,
    )
    scope = scope_of(selection)
    report = WarmReport() if dry_run else _warm_all(selection, scope, workers, enqueue=enqueue)
    summary = _summary(selection, scope, report, time.monotonic() - began)
    if report.interrupted:
        click.echo(LEFT[enqueue], err=True)
    _print_report(summary, report, scope, dry_run=dry_run, as_json=as_json)
    sys.exit(exit_status(interrupted=report.interrupted, failed=report.failed or report.stopped_by))


def span(since: datetime | None, until: datetime | None) -> tuple[date | None, date | None]:
    """Return the first and the last premiere date; raises UsageError for an empty range."""
    if since and until and since > until:
        raise click.UsageError(f"--to {until.date()} lies before --from {since.date()}.")
    return since and since.date(), until and until.date()


def _warm_all(
    selection: Selection, scope: Scope, workers: int | None, *, enqueue: bool
) -> WarmReport:
    """Build the JPEGs of all movies, then the extras; return both reports as one."""
    whole = WarmReport()
    for step in selection.steps:
        asked = scope if step == selection else scope_of(step)
        report = _warm(step, asked, workers, enqueue=enqueue)
        whole.built += report.built
        whole.failed += report.failed
        whole.interrupted, whole.stopped_by = report.interrupted, report.stopped_by
        if report.interrupted or report.stopped_by:
            break
    return whole


def _warm(selection: Selection, scope: Scope, workers: int | None, *, enqueue: bool) -> WarmReport:
    named = 0 if selection.three_first else len(selection.movie_ids)
    total = named or scope.to_do
    # The pipeline logs each build, which would break the bar; failures are printed at the end.
    with quiet("mozi.posters"), progress("movie", total) as shown:

        def on_done(report: WarmReport) -> None:
            shown.update()

        run = _by_workers(selection, on_done) if enqueue else _here(selection, workers, on_done)
        with stopped_by_signals(run.stop, saying=QUEUED if enqueue else STOPPING):
            return run.run()


def _here(selection: Selection, workers: int | None, on_done: OnDone) -> Warming:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the app
    slots = services().settings.poster_build_slots
    return Warming(
        services().pipeline,
        selection,
        workers=workers or workers_for(selection, slots=slots),
        in_context=app.app_context,
        on_done=on_done,
    )


def _by_workers(selection: Selection, on_done: OnDone) -> QueuedWarming:
    queue = services().queue
    if queue is None:
        raise click.UsageError("REDIS_URL is not set, so there is no queue.")
    return QueuedWarming(queue, selection, on_done=on_done)


def _summary(
    selection: Selection, scope: Scope, report: WarmReport, seconds: float
) -> dict[str, Any]:
    present_now = scope_of(selection).present
    return {
        "movies": scope.movies,
        "built": report.built,
        "present": max(0, present_now - report.built),
        "failed": [vars(failed) for failed in report.failed],
        "seconds": round(seconds, 3),
    }


def _print_report(
    summary: dict[str, Any], report: WarmReport, scope: Scope, *, dry_run: bool, as_json: bool
) -> None:
    for failed in report.failed:
        named = f"{failed.movie_id} {failed.title}".rstrip()  # an unknown movie has no title
        click.echo(f"{named}: {failed.reason}", err=True)
    if report.stopped_by:
        click.echo(f"Stopped: {report.stopped_by}", err=True)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
    elif dry_run:
        click.echo(f"{scope.to_do} of {scope.movies} movies miss variants; nothing was built.")
    else:
        built, present, failures = summary["built"], summary["present"], len(report.failed)
        click.echo(
            f"{scope.movies} movies: {built} variants built, {present} present, "
            f"{failures} movies failed, {summary['seconds']:.1f} s."
        )
