"""flask check-posters: compare the records with the storage."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click
from tqdm import tqdm

from mozi.commands.endings import exit_status, operator_command
from mozi.commands.progress import progress
from mozi.commands.stopping import stopped_by_signals
from mozi.maintenance.checking import KINDS, Checking, CheckReport, Finding
from mozi.services import services


@operator_command("check-posters")
@click.option("--repair", is_flag=True, help="Repair what can be repaired.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def check_posters(repair: bool, as_json: bool) -> None:
    """Compare the records with the storage, in both directions.

    The command finds records whose object is gone, objects without a record, wrong headers, and
    addresses with a former host. --repair deletes the records without object (they are built
    again), stores the objects with wrong headers again, and corrects the addresses; objects
    without a record are left to prune-posters. The exit status is 1 while anything is wrong.
    """
    began = time.monotonic()
    with progress("object") as shown:
        checking = Checking(
            services().storage, repair=repair, on_found=_print_finding, on_seen=shown.update
        )
        with stopped_by_signals(checking.stop):
            report = checking.run()
    _print_report(report, time.monotonic() - began, as_json=as_json)
    sys.exit(exit_status(interrupted=report.interrupted, failed=report.wrong or report.stopped_by))


def _print_finding(finding: Finding) -> None:
    """Print one finding, above the progress bar if there is one."""
    tqdm.write(str(finding), file=sys.stderr)


def _print_report(report: CheckReport, seconds: float, *, as_json: bool) -> None:
    if report.stopped_by:
        click.echo(f"Stopped, because the storage does not answer: {report.stopped_by}", err=True)
    if report.interrupted:
        click.echo("Stopped before everything was checked.", err=True)
    if as_json:
        click.echo(json.dumps(_as_json(report, seconds)))
        return
    counts = ", ".join(f"{report.counts[kind]} {kind.replace('_', ' ')}" for kind in KINDS)
    click.echo(
        f"{report.recorded} records, {report.stored} objects: {counts}; {report.repaired} repaired,"
        f" {report.retired} wait for prune-posters, {len(report.failed)} failed, {seconds:.1f} s."
    )


def _as_json(report: CheckReport, seconds: float) -> dict[str, Any]:
    """Return the report under the names that other programs rely on."""
    found = {kind: [_as_dict(each) for each in report.findings[kind]] for kind in KINDS}
    return {
        "ok": not (report.wrong or report.stopped_by or report.interrupted),
        "recorded": report.recorded,
        "stored": report.stored,
        **found,
        "counts": {kind: report.counts[kind] for kind in KINDS},
        "repaired": report.repaired,
        "retired": report.retired,
        "failed": [_as_dict(each) for each in report.failed],
        "seconds": round(seconds, 3),
    }


def _as_dict(finding: Finding) -> dict[str, Any]:
    record = finding.record
    whose = {"movie_id": record.movie_id, "media": record.media} if record else {}
    return {"key": finding.key, **whose, "reason": finding.reason, "repaired": finding.repaired}
