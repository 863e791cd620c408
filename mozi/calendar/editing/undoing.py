"""Takes entries of the history back, except those whose fields were changed again since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, select, true
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import lock_movies, save_changes
from mozi.calendar.editing.history import CREATED, DELETED, RESTORED
from mozi.calendar.editing.restore import change_back
from mozi.calendar.editing.trash import bring_back, put_into_trash
from mozi.database import IN_LIMIT
from mozi.errors import HistoryEntryNotFound
from mozi.models import HistoryEntry


def undo_entry(session: Session, entry_id: int, *, by: str) -> tuple[int, str]:
    """Undo one entry and return its movie's id and title.

    Raises HistoryEntryNotFound where there is no such entry, or it was changed again since.
    """
    entry = session.get(HistoryEntry, entry_id)
    if entry is None:
        raise HistoryEntryNotFound(0, entry_id)
    movies = lock_movies(session, [entry.movie_id])
    if entry.movie_id not in movies or not undo(session, [entry], by=by):
        raise HistoryEntryNotFound(entry.movie_id, entry_id)
    return entry.movie_id, movies[entry.movie_id].title


def undo(
    session: Session, entries: Sequence[HistoryEntry], *, by: str, batch: int | None = None
) -> int:
    """Undo these entries, except those that a later entry touches, and return how many.

    batch: their batch, whose own later entries do not count, and which the undoing's are part of.
    """
    assert len(entries) <= IN_LIMIT  # noqa: S101 - one IN
    movies = lock_movies(session, [entry.movie_id for entry in entries])
    touched = find_touched(session, entries, batch=batch)
    free = [entry for entry in entries if entry.id not in touched]
    changed = _by_movie(e for e in free if e.action not in (CREATED, DELETED))
    changes = [change_back(session, movies[i], of) for i, of in changed.items() if i in movies]
    save_changes(session, changes, by=by, action=RESTORED, batch=batch)
    for entry in (deleted := [e for e in free if e.action == DELETED]):
        bring_back(session, entry.movie_id, by=by, batch=batch)
    created = [movies[e.movie_id] for e in free if e.action == CREATED and e.movie_id in movies]
    put_into_trash(session, created, by=by, action=DELETED, batch=batch)
    return len(changes) + len(deleted) + len(created)


def _by_movie(entries: Iterable[HistoryEntry]) -> dict[int, list[HistoryEntry]]:
    """Return the entries of each movie, the latest first."""
    found: dict[int, list[HistoryEntry]] = {}
    for entry in sorted(entries, key=lambda entry: -entry.id):
        found.setdefault(entry.movie_id, []).append(entry)
    return found


def find_touched(
    session: Session, entries: Sequence[HistoryEntry], *, batch: int | None = None
) -> set[int]:
    """Return the ids of those entries whose fields, or movies, a later entry changed."""
    if not entries:
        return set()
    later = select(HistoryEntry.movie_id, HistoryEntry.id, HistoryEntry.changes).where(
        HistoryEntry.movie_id.in_([entry.movie_id for entry in entries]),
        HistoryEntry.id > min(entry.id for entry in entries),
        true() if batch is None else HistoryEntry.batch_id.is_distinct_from(batch),
    )
    rows = session.execute(later).all()
    return {entry.id for entry in entries if _is_touched(entry, rows)}


def _is_touched(entry: HistoryEntry, later: Sequence[Row[Any]]) -> bool:
    """Return whether a later entry is of a field that this entry changed, or of the whole movie."""
    whole = entry.action in (CREATED, DELETED)
    return any(
        row.movie_id == entry.movie_id
        and row.id > entry.id
        and (whole or row.changes.keys() & entry.changes.keys())
        for row in later
    )
