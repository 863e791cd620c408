"""The SQLite database of a backup: its snapshot, what is checked, and how it is put back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, create_engine
from sqlalchemy.orm import Session

from mozi import clock
from mozi.errors import BackupUnusable
from mozi.maintenance.references import all_references
from mozi.storage import is_key

BUSY_TIMEOUT_S = 30


def take_snapshot(database: Path, snapshot: Path) -> None:
    """Copy the database as it is at one moment; readers and writers go on meanwhile."""
    with closing(_connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(snapshot),))


def check_database(path: Path) -> None:
    """Raise BackupUnusable for a damaged database, and for one that is not Mozi's."""
    try:
        with closing(_connect(path)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            tables = connection.execute("SELECT 1 FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupUnusable(f"the database is not one of Mozi's ({error})") from error
    if verdict != "ok" or not tables:
        raise BackupUnusable(f"the database is damaged ({verdict})")


def keys_in(database: Path) -> Iterator[str]:
    """Yield the keys that a database refers to, those for history and undo included."""
    engine = create_engine(URL.create("sqlite", database=str(database)), poolclass=NullPool)
    with Session(engine) as session:
        yield from filter(is_key, all_references(session))


def check_revision(snapshot: Path, knows: Callable[[str], bool]) -> None:
    """Raise BackupUnusable if this release does not know the database's migration."""
    with closing(_connect(snapshot)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if not knows(revision):
        raise BackupUnusable(f"it comes from a newer release (its database is at {revision})")


def end_sessions(snapshot: Path) -> None:
    """Delete all admin sessions: a session that ended after the backup would be valid again."""
    with closing(_connect(snapshot)) as connection, connection:
        if connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'admin_session'"
        ).fetchone():
            connection.execute("DELETE FROM admin_session")


def keep_former(database: Path) -> Path | None:
    """Copy the database before it is replaced, and return the copy; None if it has no movie."""
    try:
        with closing(_connect(database)) as connection:
            if connection.execute("SELECT 1 FROM movie LIMIT 1").fetchone() is None:
                return None
    except sqlite3.DatabaseError:
        return None
    kept = database.with_name(f"{database.name}.before-{clock.now():%Y%m%dT%H%M%S%f}")
    take_snapshot(database, kept)
    return kept


def replace_database(snapshot: Path, database: Path) -> None:
    """Write the snapshot over the database, page by page, in one transaction of SQLite's.

    A rename would be wrong: a process with the old file or its write-ahead log open would
    destroy the new one.
    """
    with closing(_connect(snapshot)) as source, closing(_connect(database)) as target:
        source.backup(target)


def _connect(path: Path) -> Any:
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
