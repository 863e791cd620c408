"""What a backup is made of, whatever it is written to; and the order in which it comes back."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mozi import clock
from mozi.maintenance.backups.archives import ArchiveWriter, open_archive
from mozi.maintenance.backups.database import (
    check_database,
    check_revision,
    end_sessions,
    keep_former,
    replace_database,
)
from mozi.storage import is_key
from mozi.storage.local import LocalStorage

DATABASE, SECRET, MEDIA = "mozi.sqlite3", "secret_key", "media/"


@dataclass(frozen=True)
class LocalData:
    """Where the embedded default keeps its data; secret: the file of SECRET_KEY, if it exists."""

    database: Path
    storage: LocalStorage
    secret: Path


@dataclass
class BackupReport:
    """The result of a backup. missing: keys that the database refers to but that have no object.

    size_bytes: what was written; to a bucket only what it did not have.
    """

    objects: int = 0
    size_bytes: int = 0
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RestoreReport:
    """The result of a restore. kept: the copy of the replaced database, None if there was none.

    missing: keys that the database refers to and that the backup does not have.
    """

    objects: int
    created_at: str
    kept: Path | None
    missing: tuple[str, ...] = ()


class Stopped(KeyboardInterrupt):
    """The operator stopped the run; nothing was changed."""


def pack(
    data: LocalData,
    snapshot: Path,
    packed: Path,
    *,
    add_objects: Callable[[ArchiveWriter], int],
) -> None:
    """Write database, secret and objects to packed, a new archive that is synced to the disk.

    add_objects: returns how many it has added.
    """
    with packed.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)  # it holds password hashes and the secret key
        archive = ArchiveWriter(out)
        archive.add(DATABASE, snapshot)
        if data.secret.exists():
            archive.add(SECRET, data.secret)
        objects = add_objects(archive)
        archive.end(created_at=clock.now().isoformat(), objects=objects)
        out.flush()
        os.fsync(out.fileno())


def may_hold(name: str) -> bool:
    """Return whether a member of an archive may have this name."""
    return name in {DATABASE, SECRET} or (
        name.startswith(MEDIA) and is_key(name.removeprefix(MEDIA))
    )


def unpack_database(file: Path, folder: Path, *, knows_revision: Callable[[str], bool]) -> Path:
    """Extract database and secret into folder; return the database, checked, without sessions.

    Raises BackupUnusable.
    """
    with open_archive(file) as members:
        for member in members:
            if member.name in {DATABASE, SECRET}:
                member.copy_to(folder / member.name)
            elif member.name.startswith(MEDIA):
                break  # objects come last
    snapshot = folder / DATABASE
    check_database(snapshot)
    check_revision(snapshot, knows_revision)
    end_sessions(snapshot)
    return snapshot


def put_back(data: LocalData, folder: Path) -> Path | None:
    """Replace database and secret by those in folder; return the former database's copy."""
    kept = keep_former(data.database)
    replace_database(folder / DATABASE, data.database)
    secret = folder / SECRET
    if secret.exists():
        beside = data.secret.with_name(f".{SECRET}.restored")
        beside.touch(mode=0o600)
        beside.write_bytes(secret.read_bytes())
        beside.replace(data.secret)
    return kept
