"""Deleting a movie, and having it back: all of its rows, under its old id, for UNDO_DAYS.

Its objects stay while deleted_movie names them; then the sweep takes them, and the history goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, delete, insert, select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.history import (
    BROUGHT_BACK,
    BY_COMMAND,
    DELETED,
    NewHistoryEntry,
    record_history,
)
from mozi.errors import MovieNotFound
from mozi.models import (
    POSTERS,
    VARIANTS,
    DateChange,
    DeletedMovie,
    HistoryEntry,
    Movie,
    TextList,
    UtcDateTime,
)

UNDO_DAYS = 30
TABLES: Mapping[str, Any] = {
    "movie": Movie.__table__,
    "poster": POSTERS,
    "poster_variant": VARIANTS,
    "date_change": DateChange.__table__,
}
SHOWN = 100


@dataclass(frozen=True)
class Deleted:
    """A movie that can be had back."""

    movie_id: int
    title: str
    premiere_date: date
    deleted_at: datetime
    deleted_by: str


def delete_movie(session: Session, movie_id: int, *, by: str = BY_COMMAND) -> str:
    """Delete the movie and return its title; raises MovieNotFound."""
    forget_deleted(session)
    query = select(Movie).where(Movie.id == movie_id).with_for_update()
    movie = session.scalars(query).first()
    if movie is None:
        raise MovieNotFound(movie_id)
    session.add(
        DeletedMovie(
            movie_id=movie_id,
            title=movie.title,
            premiere_date=movie.premiere_date,
            deleted_by=by,
            rows={name: _rows(session, table, movie_id) for name, table in TABLES.items()},
        )
    )
    session.flush()
    record_history(session, [NewHistoryEntry(movie_id, movie.version, DELETED, {})], by=by)
    session.execute(delete(Movie).where(Movie.id == movie_id))
    return movie.title


def bring_back(session: Session, movie_id: int, *, by: str = BY_COMMAND) -> str:
    """Put the deleted movie's rows back and return its title; raises MovieNotFound.

    An external_id that another movie was given meanwhile stays with that one.
    """
    kept = session.get(DeletedMovie, movie_id)
    if kept is None or session.get(Movie, movie_id) is not None:
        raise MovieNotFound(movie_id)
    rows = {name: [dict(row) for row in kept.rows.get(name, ())] for name in TABLES}
    [movie] = rows["movie"]
    if _is_taken(session, movie["external_id"]):
        movie["external_id"] = None
    for poster in rows["poster"]:
        poster.update(lease_owner=None, lease_until=None)
    for name, table in TABLES.items():
        if rows[name]:
            session.execute(insert(table), [_read(table, row) for row in rows[name]])
    record_history(session, [NewHistoryEntry(movie_id, movie["version"], BROUGHT_BACK, {})], by=by)
    title = kept.title
    session.delete(kept)
    return title


def ensure_brought_back(session: Session, movie_id: int, *, by: str) -> str:
    """Have the movie back unless somebody had it back already, and return its title.

    Raises MovieNotFound where it was never there, or cannot come back.
    """
    movie = session.get(Movie, movie_id)
    return movie.title if movie else bring_back(session, movie_id, by=by)


def find_deleted(session: Session, movie_id: int) -> Deleted | None:
    """Return the deleted movie, while it can be had back."""
    found = session.execute(_DELETED.where(DeletedMovie.movie_id == movie_id, _recent())).first()
    return Deleted(*found) if found else None


def deleted_movies(session: Session) -> tuple[Deleted, ...]:
    """Return what can be had back, the latest first."""
    query = _DELETED.where(_recent()).order_by(DeletedMovie.deleted_at.desc()).limit(SHOWN)
    return tuple(Deleted(*found) for found in session.execute(query))


_DELETED = select(
    *(DeletedMovie.movie_id, DeletedMovie.title, DeletedMovie.premiere_date),
    *(DeletedMovie.deleted_at, DeletedMovie.deleted_by),
)


def _recent() -> ColumnElement[bool]:
    return DeletedMovie.deleted_at >= _first_moment()


def forget_deleted(session: Session) -> None:
    """Forget what was deleted too long ago to come back, with its history."""
    old = select(DeletedMovie.movie_id).where(DeletedMovie.deleted_at < _first_moment())
    if ids := list(session.scalars(old)):
        session.execute(delete(HistoryEntry).where(HistoryEntry.movie_id.in_(ids)))
        session.execute(delete(DeletedMovie).where(DeletedMovie.movie_id.in_(ids)))


def _first_moment() -> datetime:
    return clock.now() - timedelta(days=UNDO_DAYS)


def _rows(session: Session, table: Any, movie_id: int) -> list[dict[str, Any]]:
    owner = table.c.id if table.name == "movie" else table.c.movie_id
    return [
        {name: _as_json(value) for name, value in row._mapping.items()}
        for row in session.execute(select(table).where(owner == movie_id))
    ]


def _as_json(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _read(table: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values as the table takes them; a column of a later release is left out."""
    return {
        column.name: _value(column.type, row[column.name])
        for column in table.columns
        if column.name in row
    }


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(kind, TextList) else value


def _is_taken(session: Session, external_id: str | None) -> bool:
    query = select(Movie.id).where(Movie.external_id == external_id)
    return external_id is not None and session.scalars(query).first() is not None
