"""flask doctor: look at every part of the installation."""

from __future__ import annotations

import json
import logging
import sys

import click

from mozi.commands.endings import FAILED, operator_command
from mozi.commands.progress import quiet
from mozi.maintenance.doctor.checks import FAIL, worst
from mozi.web.examining import examination


@operator_command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def doctor(as_json: bool) -> None:
    """Check settings, database, caches, storage, catalogue, disk, clock, proxies, backups.

    The command prints a line for each part: ok, warn or fail, and what to do. It ends with status
    1 if anything fails; a warning alone is status 0.
    """
    # The report has what the parts log, and the requests to this app are its own.
    with quiet("mozi", below=logging.CRITICAL), quiet("mozi.requests"):
        checks = examination()
    if as_json:
        said = [{"name": c.name, "status": c.status, "text": c.text} for c in checks]
        click.echo(json.dumps({"checks": said}, ensure_ascii=False))
    else:
        for check in checks:
            click.echo(f"{check.status:<4}  {check.name:<10}  {check.text}")
    if worst(checks) == FAIL:
        sys.exit(FAILED)
