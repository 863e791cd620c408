"""Backup and restore of the embedded default: SQLite and the objects on disk, in one file.

A backup takes a snapshot of the database first, then every object that the snapshot refers to.
An object is stored before it is recorded and never changes, so the two agree even on a busy
site. A restore stores the objects first and replaces the database last, in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, create_engine
from sqlalchemy.orm import Session

from mozi import clock
from mozi.errors import BackupUnusable, ObjectNotFound
from mozi.maintenance.archives import ArchiveWriter, check_archive, open_archive
from mozi.maintenance.references import all_references
from mozi.storage import is_key, type_of
from mozi.storage.local import LocalStorage

DATABASE, SECRET, MEDIA = "mozi.sqlite3", "secret_key", "media/"
BUSY_TIMEOUT_S = 30


@dataclass(frozen=True)
class LocalData:
    """Where the embedded default keeps its data; secret: the file of SECRET_KEY, if it exists."""

    database: Path
    storage: LocalStorage
    secret: Path


@dataclass
class BackupReport:
    """The result of a backup. missing: keys that the database refers to but that have no object."""

    objects: int = 0
    size_bytes: int = 0
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RestoreReport:
    """The result of a restore. kept: the copy of the replaced database, None if there was none."""

    objects: int
    created_at: str
    kept: Path | None


class Stopped(KeyboardInterrupt):
    """The operator stopped the run; nothing was changed."""


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
    with tempfile.TemporaryDirectory(prefix=".mozi-backup-", dir=file.parent) as made:
        folder = Path(made)
        snapshot, packed = folder / DATABASE, folder / "packed"
        _snapshot(data.database, snapshot)
        _check_database(snapshot)
        with packed.open("xb") as out:
            os.fchmod(out.fileno(), 0o600)  # it holds password hashes and the secret key
            report = _pack(data, snapshot, ArchiveWriter(out), stop, on_object)
            out.flush()
            os.fsync(out.fileno())
        check_archive(packed, may_hold=_may_hold)
        report.size_bytes = packed.stat().st_size
        packed.replace(file)
    return report


def _may_hold(name: str) -> bool:
    return name in {DATABASE, SECRET} or (
        name.startswith(MEDIA) and is_key(name.removeprefix(MEDIA))
    )


def _snapshot(database: Path, snapshot: Path) -> None:
    """Copy the database as it is at one moment; readers and writers go on meanwhile."""
    with closing(_connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(snapshot),))


def _check_database(path: Path) -> None:
    try:
        with closing(_connect(path)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            tables = connection.execute("SELECT 1 FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupUnusable(f"the database is not one of Mozi's ({error})") from error
    if verdict != "ok" or not tables:
        raise BackupUnusable(f"the database is damaged ({verdict})")


def _pack(
    data: LocalData,
    snapshot: Path,
    archive: ArchiveWriter,
    stop: threading.Event,
    on_object: Callable[[int], object],
) -> BackupReport:
    report = BackupReport()
    archive.add(DATABASE, snapshot)
    if data.secret.exists():
        archive.add(SECRET, data.secret)
    for key in keys_in(snapshot):
        if stop.is_set():
            raise Stopped
        try:
            archive.add(f"{MEDIA}{key}", data.storage.path_of(key))
            report.objects += 1
        except FileNotFoundError:
            report.missing.append(key)
        on_object(1)
    archive.end(created_at=clock.now().isoformat(), objects=report.objects)
    return report


def keys_in(database: Path) -> Iterator[str]:
    """Yield the keys that a database refers to, those for history and undo included."""
    engine = create_engine(URL.create("sqlite", database=str(database)), poolclass=NullPool)
    with Session(engine) as session:
        yield from filter(is_key, all_references(session))


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
    end = check_archive(file, may_hold=_may_hold)
    data.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mozi-restore-", dir=data.database.parent) as made:
        snapshot, secret = Path(made) / DATABASE, Path(made) / SECRET
        _extract(file, {DATABASE: snapshot, SECRET: secret})
        _check_database(snapshot)
        _check_revision(snapshot, knows_revision)
        _end_sessions(snapshot)
        objects = _unpack_objects(data.storage, file, stop, on_object)
        kept = _keep_former(data.database)
        _replace_database(snapshot, data.database)
        if secret.exists():
            _replace_secret(secret, data.secret)
    return RestoreReport(objects, str(end.get("created_at", "")), kept)


def _extract(file: Path, wanted: dict[str, Path]) -> None:
    """Copy the wanted members to their paths."""
    with open_archive(file) as members:
        for member in members:
            if member.name in wanted:
                member.copy_to(wanted[member.name])
            elif member.name.startswith(MEDIA):
                return  # objects come last


def _check_revision(snapshot: Path, knows: Callable[[str], bool]) -> None:
    with closing(_connect(snapshot)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if not knows(revision):
        raise BackupUnusable(f"it comes from a newer release (its database is at {revision})")


def _end_sessions(snapshot: Path) -> None:
    """Delete all admin sessions: a session that ended after the backup would be valid again."""
    with closing(_connect(snapshot)) as connection, connection:
        if connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'admin_session'"
        ).fetchone():
            connection.execute("DELETE FROM admin_session")


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


def _keep_former(database: Path) -> Path | None:
    """Copy the database before it is replaced, and return the copy; None if it has no movie."""
    try:
        with closing(_connect(database)) as connection:
            if connection.execute("SELECT 1 FROM movie LIMIT 1").fetchone() is None:
                return None
    except sqlite3.DatabaseError:
        return None
    kept = database.with_name(f"{database.name}.before-{clock.now():%Y%m%dT%H%M%S%f}")
    _snapshot(database, kept)
    return kept


def _replace_database(snapshot: Path, database: Path) -> None:
    """Write the snapshot over the database, page by page, in one transaction of SQLite's.

    A rename would be wrong: a process with the old file or its write-ahead log open would
    destroy the new one.
    """
    with closing(_connect(snapshot)) as source, closing(_connect(database)) as target:
        source.backup(target)


def _replace_secret(restored: Path, secret: Path) -> None:
    beside = secret.with_name(f".{SECRET}.restored")
    beside.touch(mode=0o600)
    beside.write_bytes(restored.read_bytes())
    beside.replace(secret)


def _connect(path: Path) -> Any:
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
