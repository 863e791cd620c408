"""flask check-storage: check whether the storage does all that Mozi needs."""

from __future__ import annotations

import json
import logging
import sys
import time

import click

from mozi.commands.endings import FAILED, operator_command
from mozi.commands.progress import quiet
from mozi.maintenance.storage_check import StorageCheck
from mozi.services import services
from mozi.web.visiting import ask


@operator_command("check-storage")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def check_storage(as_json: bool) -> None:
    """Write, read back as a visitor through the public address, check headers, delete.

    For each fault the command prints one line that names what to change.
    """
    began = time.monotonic()
    # The report repeats what the storage logs, and the requests to this app are its own.
    with quiet("mozi.storage", below=logging.CRITICAL), quiet("mozi.requests"):
        report = StorageCheck(services().storage, ask).run()
    for fault in report.faults:
        click.echo(fault, err=True)
    if as_json:
        seconds = round(time.monotonic() - began, 3)
        click.echo(json.dumps({"ok": not report.faults, **vars(report), "seconds": seconds}))
    elif not report.faults:
        click.echo(f"The storage is in order: {', '.join(report.passed)}.")
    if report.faults:
        sys.exit(FAILED)
