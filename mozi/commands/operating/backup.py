"""flask backup, flask restore: the embedded default's database and pictures in one file."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import flask_migrate
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from mozi.commands.endings import FAILED, operator_command
from mozi.commands.progress import progress, quiet
from mozi.commands.stopping import stopped_by_signals
from mozi.errors import BackupUnusable
from mozi.extensions import db
from mozi.maintenance.backups import LocalData, back_up, restore
from mozi.maintenance.last_backup import note_backup
from mozi.posters.gc.ownership import mark
from mozi.services import services
from mozi.storage.local import LocalStorage
from mozi.units import MIB

NOT_EMBEDDED = (
    "This command is for SQLite and pictures on disk, but {}. Use pg_dump for the database and the"
    " bucket's own versioning or replication for the pictures: docs/deploy.md."
)


@operator_command("backup")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def backup_command(file: Path, as_json: bool) -> None:
    """Write the database and the pictures to FILE, one tar; the site may run meanwhile.

    For the embedded default (SQLite and pictures on disk). FILE is checked, appears whole or
    not at all, and replaces an older one. It holds the secret key and password hashes: keep it
    safe.
    """
    began = time.monotonic()
    data = _local_data()
    with _plain_faults(file), progress("picture") as shown, stopped_by_signals() as stop:
        report = back_up(data, file, stop=stop, on_object=shown.update)
    with suppress(OSError):  # the backup itself is good; /metrics then shows an older date
        note_backup(services().settings.data_dir)
    for key in report.missing:
        click.echo(f"{key}: the database refers to it, but it is not stored", err=True)
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        said = {"file": str(file), "objects": report.objects, "bytes": report.size_bytes}
        click.echo(json.dumps({**said, "missing": report.missing, "seconds": seconds}))
    else:
        size = f"{report.size_bytes / MIB:.1f} MiB"
        click.echo(f"{file}: the database and {report.objects} pictures, {size}, {seconds} s.")
    if report.missing:
        sys.exit(FAILED)


@operator_command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def restore_command(file: Path, as_json: bool) -> None:
    """Restore the database and the pictures from FILE, which `flask backup` wrote.

    The whole of FILE is checked before anything is changed. The replaced database is kept
    beside the new one, under another name. A database of an older release is migrated.
    """
    began = time.monotonic()
    data = _local_data()
    with _plain_faults(file), progress("picture") as shown, stopped_by_signals() as stop:
        report = restore(
            data, file, knows_revision=_knows_revision, stop=stop, on_object=shown.update
        )
    db.engine.dispose()
    with quiet("alembic"):
        flask_migrate.upgrade()
    mark(services().storage)
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        kept = str(report.kept) if report.kept else None
        said = {"objects": report.objects, "created_at": report.created_at, "kept": kept}
        click.echo(json.dumps({"file": str(file), **said, "seconds": seconds}))
    else:
        kept_as = f" The replaced database is kept as {report.kept}." if report.kept else ""
        click.echo(
            f"Restored the database and {report.objects} pictures of {report.created_at}"
            f" in {seconds} s.{kept_as}"
        )


def _local_data() -> LocalData:
    """Return where the data is; raises BackupUnusable if PostgreSQL or S3 keeps it."""
    settings, storage = services().settings, services().storage
    database = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not database:
        raise BackupUnusable(NOT_EMBEDDED.format("the database is PostgreSQL"))
    if not isinstance(storage, LocalStorage):
        raise BackupUnusable(NOT_EMBEDDED.format("the pictures are in S3"))
    secret = settings.data_dir / "secret_key"
    return LocalData(Path(database), storage, secret)


@contextmanager
def _plain_faults(file: Path) -> Iterator[None]:
    try:
        yield
    except BackupUnusable as error:
        raise BackupUnusable(f"{file}: {error}; nothing was changed.") from error
    except (OSError, sqlite3.Error) as error:
        raise BackupUnusable(f"{file}: {error}") from error


def _knows_revision(revision: str) -> bool:
    config = current_app.extensions["migrate"].migrate.get_config()
    try:
        return ScriptDirectory.from_config(config).get_revision(revision) is not None
    except CommandError:
        return False
