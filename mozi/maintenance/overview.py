"""What the status page says at a glance: version, disk, and when each thing was last done."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.database import reading
from mozi.maintenance.last_backup import find_last_backup
from mozi.maintenance.notes import CATALOGUE, Noted, find_note
from mozi.models import Batch
from mozi.version import VERSION


@dataclass(frozen=True)
class LastImport:
    """The last import that changed anything. name: the file's; by: who imported it."""

    batch_id: int
    at: datetime
    by: str
    name: str
    movies: int


@dataclass(frozen=True)
class Overview:
    """The state of the installation. free_bytes: of the disk of DATA_DIR; catalogue: its run."""

    version: str
    free_bytes: int
    total_bytes: int
    backup_at: datetime | None
    imported: LastImport | None
    catalogue: Noted | None


def overview(data_dir: Path) -> Overview:
    """Return the state now."""
    disk = shutil.disk_usage(data_dir)
    with reading() as session:
        imported = _last_import(session)
    return Overview(
        VERSION, disk.free, disk.total, find_last_backup(data_dir), imported, find_note(CATALOGUE)
    )


def _last_import(session: Session) -> LastImport | None:
    imports = select(Batch).where(Batch.what["act"].as_string() == "import", Batch.movies > 0)
    batch = session.scalars(imports.order_by(Batch.id.desc()).limit(1)).first()
    if batch is None:
        return None
    name = str(batch.what.get("value") or "")
    return LastImport(batch.id, batch.made_at, batch.editor, name, batch.movies)
