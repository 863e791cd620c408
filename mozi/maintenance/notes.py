"""Notes in the database: what one process last saw or did, for another one to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from mozi import clock
from mozi.database import reading, writing
from mozi.models import Note

PROXIES, CATALOGUE, TRAILERS = "proxies", "catalogue", "trailers"


@dataclass(frozen=True)
class Noted:
    """A note and when it was written."""

    at: datetime
    data: Mapping[str, Any]


def note(name: str, **data: Any) -> None:
    """Write a note over the former one of this name."""
    try:
        with writing() as session:
            session.merge(Note(name=name, noted_at=clock.now(), data=data))
    except IntegrityError:  # another process wrote the first one at the same moment
        return


def find_note(name: str) -> Noted | None:
    """Return the note of this name."""
    with reading() as session:
        row = session.get(Note, name)
        return None if row is None else Noted(row.noted_at, dict(row.data))
