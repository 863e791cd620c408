"""The time of the last `flask backup`: a file in DATA_DIR that /metrics reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mozi import clock

FILE = "last-backup"


def note_backup(data_dir: Path) -> None:
    """Record that a backup was written now."""
    (data_dir / FILE).write_text(clock.now().isoformat())


def find_last_backup(data_dir: Path) -> datetime | None:
    """Return when the last backup was written; None if that is unknown."""
    try:
        return datetime.fromisoformat((data_dir / FILE).read_text().strip())
    except (OSError, ValueError):
        return None
