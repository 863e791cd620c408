"""Backup into one file, and restore from it.

A backup takes a snapshot of the database first, then every object that the snapshot refers to.
An object is stored before it is recorded and never changes, so the two agree even on a busy
site. A restore stores the objects first and replaces the database last, in one transaction.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from mozi.errors import ObjectNotFound
from mozi.maintenance.backups.archives import ArchiveWriter, check_archive, open_archive
from mozi.maintenance.backups.contents import (
    DATABASE,
    MEDIA,
    BackupReport,
    LocalData,
    RestoreReport,
    Stopped,
    may_hold,
    pack,
    put_back,
    unpack_database,
)
from mozi.maintenance.backups.database import check_database, keys_in, take_snapshot
from mozi.storage import type_of
from mozi.storage.local import LocalStorage


def back_up(
    data: LocalData,
    file: Path,
    *,
    stop: threading.Event,
    on_object: Callable[[int], object] = lambda count: None,
) -> BackupReport:
    """Write the backup to file, check it, and return the report.

    The file appears whole or not at all. Raises BackupUnusable for a damaged database, OSError,
    Stopped.
    """
    report = BackupReport()
    with tempfile.TemporaryDirectory(prefix=".mozi-backup-", dir=file.parent) as made:
        snapshot, packed = Path(made) / DATABASE, Path(made) / "packed"
        take_snapshot(data.database, snapshot)
        check_database(snapshot)

        def add_objects(archive: ArchiveWriter) -> int:
            for key in keys_in(snapshot):
                _add_object(data, key, archive, report, stop)
                on_object(1)
            return report.objects

        pack(data, snapshot, packed, add_objects=add_objects)
        check_archive(packed, may_hold=may_hold)
        report.size_bytes = packed.stat().st_size
        packed.replace(file)
    return report


def _add_object(
    data: LocalData, key: str, archive: ArchiveWriter, report: BackupReport, stop: threading.Event
) -> None:
    if stop.is_set():
        raise Stopped
    try:
        archive.add(f"{MEDIA}{key}", data.storage.path_of(key))
        report.objects += 1
    except FileNotFoundError:
        report.missing.append(key)


def restore(
    data: LocalData,
    file: Path,
    *,
    knows_revision: Callable[[str], bool],
    stop: threading.Event,
    on_object: Callable[[int], object] = lambda count: None,
) -> RestoreReport:
    """Replace the data with the backup's, and return the report.

    The whole file is checked before anything is written. The replaced database is kept beside
    the new one. A run that is killed leaves the old database in place and can be run again.
    Raises BackupUnusable, OSError, Stopped.
    """
    end = check_archive(file, may_hold=may_hold)
    data.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mozi-restore-", dir=data.database.parent) as made:
        unpack_database(file, Path(made), knows_revision=knows_revision)
        objects = _unpack_objects(data.storage, file, stop, on_object)
        kept = put_back(data, Path(made))
    return RestoreReport(objects, str(end.get("created_at", "")), kept)


def _unpack_objects(
    storage: LocalStorage,
    file: Path,
    stop: threading.Event,
    on_object: Callable[[int], object],
) -> int:
    """Store the objects that are missing or differ; return how many the backup has."""
    count = 0
    with open_archive(file) as members:
        for member in members:
            key = member.name.removeprefix(MEDIA)
            if key == member.name:
                continue
            if stop.is_set():
                raise Stopped
            body = member.body()
            if not _is_stored(storage, key, body):
                is_variant = key.startswith("posters/")
                storage.put(key, body, content_type=type_of(key), public=is_variant)
            count += 1
            on_object(1)
    return count


def _is_stored(storage: LocalStorage, key: str, body: bytes) -> bool:
    try:
        return storage.get(key) == body
    except ObjectNotFound:
        return False
