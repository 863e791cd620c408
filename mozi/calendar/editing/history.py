"""The history of each movie: who changed what, and the poster before the change.

Each change adds one row, in the change's own transaction. A row holds the values before the
change, so an older state follows from the rows after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.fields import FieldValue
from mozi.database import in_chunks
from mozi.database.bulk import insert_many
from mozi.models import (
    HISTORY,
    DeletedMovie,
    HistoryEntry,
    MergedMovie,
    Movie,
    Poster,
    PosterVariant,
)
from mozi.posters.focus import Focus
from mozi.posters.recipes import THUMB

BY_COMMAND = "flask"  # the editor that a command's changes name
# Besides the columns, an entry's changes may name:
POSTER = "poster"  # the poster itself, apart from its address
FOCUS = "focus"  # the part that crops keep: [x, y] in percent, None: the middle
CREATED, UPDATED, DELETED, BROUGHT_BACK, RESTORED, MERGED, SEPARATED, HIDDEN, PUBLISHED = (
    *("created", "updated", "deleted"),
    *("brought_back", "restored", "merged", "separated"),
    *("hidden", "published"),
)


Json = str | int | list[str] | list[int] | None
Changes = Mapping[str, tuple[Json, Json]]


@dataclass(frozen=True)
class PosterSnapshot:
    """A movie's poster at one moment: its source and its thumb. The defaults mean: no poster."""

    source_number: int = 0
    source_url: str | None = None
    uploaded: bool = False
    original_key: str | None = None
    thumb_key: str | None = None
    focus: Focus | None = None

    @property
    def kind(self) -> str | None:
        """Return the history's word for the source: "upload", "address" or None."""
        return "upload" if self.uploaded else "address" if self.source_url else None


NO_POSTER = PosterSnapshot()


@dataclass(frozen=True)
class NewHistoryEntry:
    """One change of one movie. old_poster: the poster before the change."""

    movie_id: int
    version: int
    action: str
    changes: Changes
    old_poster: PosterSnapshot = NO_POSTER


def load_poster_snapshots(
    session: Session, movie_ids: Collection[int]
) -> dict[int, PosterSnapshot]:
    """Return the posters of those movies that have a poster row."""
    found = {}
    for ids in in_chunks(sorted(movie_ids)):
        for row in session.execute(_POSTERS.where(Poster.movie_id.in_(ids))):
            focus = None if row.focus_x is None else (row.focus_x, row.focus_y)
            found[row.movie_id] = PosterSnapshot(*row[1:-2], focus=focus)
    return found


_POSTERS = select(
    Poster.movie_id,
    Poster.source_number,
    Poster.source_url,
    Poster.uploaded,
    # Where the present source was never fetched, pages show the one before.
    func.coalesce(Poster.original_key, Poster.shown_original_key),
    PosterVariant.object_key,
    Poster.focus_x,
    Poster.focus_y,
).outerjoin(
    PosterVariant,
    and_(PosterVariant.movie_id == Poster.movie_id, PosterVariant.media == THUMB.media),
)


def poster_changes(before: PosterSnapshot, after: PosterSnapshot) -> Changes:
    """Return a poster's changes: of its address, of its focus, and whether it is another one."""
    changes: dict[str, tuple[Json, Json]] = {}
    if before.source_url != after.source_url:
        changes["poster_url"] = (before.source_url, after.source_url)
    if before.source_number != after.source_number and (before.kind or after.kind):
        changes[POSTER] = (before.kind, after.kind)
    if before.focus != after.focus:
        changes[FOCUS] = (_as_list(before.focus), _as_list(after.focus))
    return changes


def _as_list(focus: Focus | None) -> list[int] | None:
    return None if focus is None else list(focus)


def record_history(
    session: Session, entries: Iterable[NewHistoryEntry], *, by: str, batch: int | None = None
) -> None:
    """Add the entries to the history; by: an admin's email address, or BY_COMMAND.

    batch: the id of the batch (batches.py) that they are part of.
    """
    now = clock.now()
    rows = [
        {
            "movie_id": entry.movie_id,
            "edited_at": now,
            "editor": by,
            "action": entry.action,
            "version": entry.version,
            "changes": {column: list(pair) for column, pair in entry.changes.items()},
            "batch_id": batch,
            **_old_poster(entry),
        }
        for entry in entries
    ]
    insert_many(session, HISTORY, rows)


def _old_poster(entry: NewHistoryEntry) -> dict[str, Any]:
    old = entry.old_poster if POSTER in entry.changes else NO_POSTER
    return {
        "old_source_url": old.source_url,
        "old_uploaded": old.uploaded,
        "old_original_key": old.original_key,
        "old_thumb_key": old.thumb_key,
    }


def last_editor(session: Session, movie_id: int) -> str | None:
    """Return the editor of the movie's latest entry, None where it has no history."""
    of_movie = select(HistoryEntry.editor).where(HistoryEntry.movie_id == movie_id)
    return session.scalars(of_movie.order_by(HistoryEntry.id.desc()).limit(1)).first()


def as_json(value: FieldValue) -> Json:
    """Return a field's value as the history stores it; fields.check_fields reads it back."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def find_free_id(session: Session) -> int | None:
    """Return an id that no movie ever had; None where the database never reuses ids.

    SQLite reuses the last movie's id after that movie is deleted. Then the deleted movie could
    not come back, and the new movie would get its history. SQLite has one writer at a time, so
    no other writer takes the id.
    """
    if session.get_bind().dialect.name != "sqlite":
        return None
    latest = [
        select(func.max(column)).scalar_subquery()
        for column in (Movie.id, DeletedMovie.movie_id, HistoryEntry.movie_id, MergedMovie.movie_id)
    ]
    return 1 + max(number or 0 for number in session.execute(select(*latest)).one())
