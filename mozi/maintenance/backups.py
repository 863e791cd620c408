"""Backup and restore of the embedded default: SQLite and the objects on disk, in one file.

The database first, as one snapshot that writers do not disturb, then every object that the
snapshot refers to: an object is stored before it is recorded, and never changes, so the two
agree however busy the site is. Restoring goes the other way round, objects first, and the
database last, in one transaction of its own.
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
class Site:
    """Where the embedded default keeps things; secret: the file of the key, if there is one."""

    database: Path
    storage: LocalStorage
    secret: Path


@dataclass
class BackupReport:
    """What was packed. missing: keys that the database refers to, and that are not there."""

    objects: int = 0
    size_bytes: int = 0
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RestoreReport:
    """What was unpacked. kept: where the database is that was there before, if there was one."""

    objects: int
    created_at: str
    kept: Path | None


class Stopped(KeyboardInterrupt):
    """The operator stopped it; nothing was changed."""


def back_up(
    site: Site,
    file: Path,
    *,
    stop: threading.Event,
    on_object: Callable[[int], object] = lambda count: None,
) -> BackupReport:
    """Write the backup to file, whole or not at all, read it once more, and return the report.

    Raises BackupUnusable where the database itself is damaged, OSError, Stopped.
    """
    with tempfile.TemporaryDirectory(prefix=".mozi-backup-", dir=file.parent) as made:
        folder = Path(made)
        snapshot, packed = folder / DATABASE, folder / "packed"
        _snapshot(site.database, snapshot)
        _check_database(snapshot)
        with packed.open("xb") as out:
            os.fchmod(out.fileno(), 0o600)  # it holds password hashes and the secret key
            report = _pack(site, snapshot, ArchiveWriter(out), stop, on_object)
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
    """Copy the database as it is at one moment, beside readers and writers."""
    with closing(_connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(snapshot),))


def _check_database(path: Path) -> None:
    try:
        with closing(_connect(path)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            tables = connection.execute("SELECT 1 FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupUnusable(f"the database is none of Mozi's ({error})") from error
    if said != "ok" or not tables:
        raise BackupUnusable(f"the database is damaged ({said})")


def _pack(
    site: Site,
    snapshot: Path,
    archive: ArchiveWriter,
    stop: threading.Event,
    on_object: Callable[[int], object],
) -> BackupReport:
    report = BackupReport()
    archive.add(DATABASE, snapshot)
    if site.secret.exists():
        archive.add(SECRET, site.secret)
    for key in keys_in(snapshot):
        if stop.is_set():
            raise Stopped
        try:
            archive.add(f"{MEDIA}{key}", site.storage.path_of(key))
            report.objects += 1
        except FileNotFoundError:
            report.missing.append(key)
        on_object(1)
    archive.end(created_at=clock.now().isoformat(), objects=report.objects)
    return report


def keys_in(database: Path) -> Iterator[str]:
    """Yield the keys of the objects that a database refers to, history and undo included."""
    engine = create_engine(URL.create("sqlite", database=str(database)), poolclass=NullPool)
    with Session(engine) as session:
        yield from filter(is_key, all_references(session))


def restore(
    site: Site,
    file: Path,
    *,
    knows_revision: Callable[[str], bool],
    stop: threading.Event,
    on_object: Callable[[int], object] = lambda count: None,
) -> RestoreReport:
    """Make the site what the backup holds, and return the report.

    Everything is checked before anything is written; raises BackupUnusable, OSError, Stopped.
    Killed in the middle, the database is the one from before, and it can be run again. The
    database from before is kept beside it.
    """
    end = check_archive(file, may_hold=_may_hold)
    site.database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mozi-restore-", dir=site.database.parent) as made:
        snapshot, secret = Path(made) / DATABASE, Path(made) / SECRET
        _take_out(file, {DATABASE: snapshot, SECRET: secret})
        _check_database(snapshot)
        _check_revision(snapshot, knows_revision)
        _end_sessions(snapshot)
        objects = _unpack_objects(site.storage, file, stop, on_object)
        kept = _keep_former(site.database)
        _replace_database(snapshot, site.database)
        if secret.exists():
            _replace_secret(secret, site.secret)
    return RestoreReport(objects, str(end.get("created_at", "")), kept)


def _take_out(file: Path, wanted: dict[str, Path]) -> None:
    with open_archive(file) as members:
        for member in members:
            if member.name in wanted:
                member.copy_to(wanted[member.name])
            elif member.name.startswith(MEDIA):
                return  # they come after what is wanted
    # An archive without objects ends here.


def _check_revision(snapshot: Path, knows: Callable[[str], bool]) -> None:
    with closing(_connect(snapshot)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if not knows(revision):
        raise BackupUnusable(f"it is of a newer release (its database is at {revision})")


def _end_sessions(snapshot: Path) -> None:
    """Delete the admins' sessions: one that ended since the backup would last again."""
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
    """Store the objects that are not there as they are; return how many the backup has."""
    count = 0
    with open_archive(file) as members:
        for member in members:
            key = member.name.removeprefix(MEDIA)
            if key == member.name:
                continue
            if stop.is_set():
                raise Stopped
            body = member.body()
            if not _is_there(storage, key, body):
                is_variant = key.startswith("posters/")
                storage.put(key, body, content_type=type_of(key), public=is_variant)
            count += 1
            on_object(1)
    return count


def _is_there(storage: LocalStorage, key: str, body: bytes) -> bool:
    try:
        return storage.get(key) == body
    except ObjectNotFound:
        return False


def _keep_former(database: Path) -> Path | None:
    """Copy the database that is about to be replaced, unless there is none with movies in it."""
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
    """Write the snapshot over the database, page by page in one transaction of SQLite's.

    Not by renaming: a process that has the old file open, or its write-ahead log, would then
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
