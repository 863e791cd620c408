"""flask backup, flask restore: the embedded default's database and pictures, elsewhere."""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import flask_migrate
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from mozi.commands.endings import FAILED, operator_command
from mozi.commands.operating.places import BucketPlace, Place
from mozi.commands.progress import progress, quiet
from mozi.commands.stopping import stopped_by_signals
from mozi.errors import BackupUnusable
from mozi.extensions import db
from mozi.maintenance.backups import following
from mozi.maintenance.backups.buckets import (
    PictureSender,
    back_up_to,
    fetch_pictures,
    restore_from,
)
from mozi.maintenance.backups.contents import BackupReport, LocalData, RestoreReport, Stopped
from mozi.maintenance.backups.database import keys_in
from mozi.maintenance.backups.files import back_up, restore
from mozi.maintenance.last_backup import note_backup
from mozi.posters.gc.ownership import mark
from mozi.services import services
from mozi.storage.local import LocalStorage
from mozi.storage.s3 import S3Storage
from mozi.units import MIB

NOT_EMBEDDED = (
    "This command is for SQLite and pictures on disk, but {}. Use pg_dump for the database and the"
    " bucket's own versioning or replication for the pictures: docs/deploy.md."
)


@operator_command("backup")
@click.argument("place", type=Place(writable=True))
@click.option("--follow", is_flag=True, help="Go on: each new picture at once, all once a day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def backup_command(place: Path | BucketPlace, follow: bool, as_json: bool) -> None:
    """Write the database and the pictures to PLACE; the site may run meanwhile.

    For the embedded default (SQLite and pictures on disk). PLACE is a file, one tar that is
    checked, appears whole or not at all, and replaces an older one; or s3://bucket/prefix, where
    each picture is sent once and each backup is kept. It holds the secret key and password
    hashes: keep it safe. --follow is for s3://… and runs until it is stopped.
    """
    began = time.monotonic()
    data = _local_data()
    if follow:
        _follow(data, place, as_json=as_json)
        return
    with _plain_faults(place), progress("picture") as shown, stopped_by_signals() as stop:
        if isinstance(place, BucketPlace):
            sender = PictureSender(data.storage, _bucket(place), stop)
            report = back_up_to(data, sender, on_object=shown.update)
        else:
            report = back_up(data, place, stop=stop, on_object=shown.update)
    _tell_backup(place, report, round(time.monotonic() - began, 3), as_json=as_json)
    if report.missing:
        sys.exit(FAILED)


def _follow(data: LocalData, place: Path | BucketPlace, *, as_json: bool) -> None:
    if not isinstance(place, BucketPlace):
        raise click.UsageError("--follow is for s3://bucket/prefix.")
    with _plain_faults(place), stopped_by_signals() as stop, suppress(Stopped):
        following.follow(
            data,
            lambda: PictureSender(data.storage, _bucket(place), stop),
            stop=stop,
            on_whole=lambda report, seconds: _tell_backup(place, report, seconds, as_json=as_json),
            on_error=lambda error: click.echo(f"{place}: {error}", err=True),
        )


def _tell_backup(
    place: Path | BucketPlace, report: BackupReport, seconds: float, *, as_json: bool
) -> None:
    with suppress(OSError):  # the backup itself is good; /metrics then shows an older date
        note_backup(services().settings.data_dir)
    _tell_missing(report.missing)
    if as_json:
        said = {"file": str(place), "objects": report.objects, "bytes": report.size_bytes}
        click.echo(json.dumps({**said, "missing": report.missing, "seconds": seconds}))
    else:
        size = f"{report.size_bytes / MIB:.1f} MiB"
        click.echo(f"{place}: the database and {report.objects} pictures, {size}, {seconds} s.")


def _tell_missing(keys: Iterable[str]) -> None:
    for key in keys:
        click.echo(f"{key}: the database refers to it, but it is not stored", err=True)


@operator_command("restore")
@click.argument("place", type=Place(exists=True))
@click.option("--pictures", is_flag=True, help="Only the pictures that the database refers to.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def restore_command(place: Path | BucketPlace, pictures: bool, as_json: bool) -> None:
    """Restore the database and the pictures from PLACE, which `flask backup` wrote.

    PLACE is a file, s3://bucket/prefix for the latest backup there, or the address of one of
    them, s3://bucket/prefix/databases/….tar. All is checked before the database is changed. The
    replaced database is kept beside the new one, under another name. A database of an older
    release is migrated. --pictures leaves the database alone: for one that Litestream restored.
    """
    began = time.monotonic()
    data = _local_data()
    with _plain_faults(place), progress("picture") as shown, stopped_by_signals() as stop:
        report = _restored(data, place, pictures=pictures, stop=stop, on_object=shown.update)
    if not pictures:
        db.engine.dispose()
        with quiet("alembic"):
            flask_migrate.upgrade()
    mark(services().storage)
    _tell_restored(place, report, round(time.monotonic() - began, 3), as_json=as_json)
    if report.missing:
        sys.exit(FAILED)


def _restored(
    data: LocalData,
    place: Path | BucketPlace,
    *,
    pictures: bool,
    stop: threading.Event,
    on_object: Callable[[int], object],
) -> RestoreReport:
    if isinstance(place, BucketPlace):
        bucket = _bucket(place)
        if pictures:
            keys = keys_in(data.database)
            return fetch_pictures(data.storage, bucket, keys, stop=stop, on_object=on_object)
        return restore_from(
            data,
            bucket,
            backup=place.backup,
            knows_revision=_knows_revision,
            stop=stop,
            on_object=on_object,
        )
    if pictures:
        raise click.UsageError("--pictures is for s3://bucket/prefix.")
    return restore(data, place, knows_revision=_knows_revision, stop=stop, on_object=on_object)


def _tell_restored(
    place: Path | BucketPlace, report: RestoreReport, seconds: float, *, as_json: bool
) -> None:
    _tell_missing(report.missing)
    if as_json:
        kept = str(report.kept) if report.kept else None
        said = {"objects": report.objects, "created_at": report.created_at, "kept": kept}
        missing = list(report.missing)
        click.echo(json.dumps({"file": str(place), **said, "missing": missing, "seconds": seconds}))
    elif report.created_at:
        kept_as = f" The replaced database is kept as {report.kept}." if report.kept else ""
        click.echo(
            f"Restored the database and {report.objects} pictures of {report.created_at}"
            f" in {seconds} s.{kept_as}"
        )
    else:
        click.echo(f"Restored {report.objects} pictures in {seconds} s.")


def _bucket(place: BucketPlace) -> S3Storage:
    endpoint = services().settings.s3_endpoint_url
    return S3Storage(place.bucket, endpoint_url=endpoint, acl="", prefix=place.prefix)


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
def _plain_faults(file: Path | BucketPlace) -> Iterator[None]:
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
