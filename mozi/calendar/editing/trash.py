"""Deletes movies, and brings them back with all rows under the old id, for UNDO_DAYS.

A deleted movie's objects stay in storage while deleted_movie refers to them. After that
prune-posters deletes the objects, and the history is deleted too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, delete, insert, select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.changes import lock_movie
from mozi.calendar.editing.duplicates import find_title_by_external_id
from mozi.calendar.editing.history import (
    BROUGHT_BACK,
    BY_COMMAND,
    DELETED,
    NewHistoryEntry,
    record_history,
)
from mozi.calendar.editing.premieres import plain_premiere
from mozi.calendar.fields import PREMIERE_COLUMNS
from mozi.errors import MovieNotFound
from mozi.models import (
    POSTERS,
    PREMIERES,
    VARIANTS,
    DateChange,
    DeletedMovie,
    HistoryEntry,
    MergedMovie,
    Movie,
    Proposal,
    TextList,
    UtcDateTime,
)

UNDO_DAYS = 30
TABLES: Mapping[str, Any] = {
    "movie": Movie.__table__,
    "premiere": PREMIERES,
    "poster": POSTERS,
    "poster_variant": VARIANTS,
    "date_change": DateChange.__table__,
    "proposal": Proposal.__table__,
}
SHOWN = 100


@dataclass(frozen=True)
class Deleted:
    """A deleted movie that can be brought back; into_id: what it was merged into instead."""

    movie_id: int
    title: str
    premiere_date: date
    deleted_at: datetime
    deleted_by: str
    into_id: int | None


def delete_movie(
    session: Session, movie_id: int, *, by: str = BY_COMMAND, batch: int | None = None
) -> str:
    """Delete the movie and return its title; batch: of batches.py. Raises MovieNotFound."""
    movie = lock_movie(session, movie_id)
    put_into_trash(session, [movie], by=by, action=DELETED, batch=batch)
    return movie.title


def put_into_trash(
    session: Session,
    movies: Sequence[Movie],
    *,
    by: str,
    action: str | None,
    batch: int | None = None,
) -> None:
    """Delete the locked movies, IN_LIMIT at most, whose rows the trash keeps.

    action: the history's word; None: the history has no entry of it.
    """
    forget_deleted(session)
    ids = [movie.id for movie in movies]
    kept = {name: load_rows(session, table, ids) for name, table in TABLES.items()}
    session.add_all(
        DeletedMovie(
            movie_id=movie.id,
            title=movie.title,
            premiere_date=plain_premiere(movie).premiere_date,
            deleted_by=by,
            rows={name: of_table[movie.id] for name, of_table in kept.items()},
        )
        for movie in movies
    )
    session.flush()
    if action is not None:
        entries = [NewHistoryEntry(movie.id, movie.version, action, {}) for movie in movies]
        record_history(session, entries, by=by, batch=batch)
    session.execute(delete(Movie).where(Movie.id.in_(ids)))


def bring_back(
    session: Session,
    movie_id: int,
    *,
    by: str = BY_COMMAND,
    action: str | None = BROUGHT_BACK,
    batch: int | None = None,
) -> str:
    """Insert the deleted movie's rows again and return its title; raises MovieNotFound.

    The movie loses its external_id where another movie has that by now.
    """
    kept = session.get(DeletedMovie, movie_id)
    if kept is None or session.get(Movie, movie_id) is not None:
        raise MovieNotFound(movie_id)
    rows = {name: [dict(row) for row in kept.rows.get(name, ())] for name in TABLES}
    [movie] = rows["movie"]
    if find_title_by_external_id(session, movie["external_id"]) is not None:
        movie["external_id"] = None
    for poster in rows["poster"]:
        poster.update(lease_owner=None, lease_until=None)
    for name, table in TABLES.items():
        if name == "premiere" and not rows[name]:
            _add_premiere(session, movie, rows["date_change"])
        elif rows[name]:
            _free_ids(session, table, rows[name])
            session.execute(insert(table), [read_row(table, row) for row in rows[name]])
    if action is not None:
        entry = NewHistoryEntry(movie_id, movie["version"], action, {})
        record_history(session, [entry], by=by, batch=batch)
    title = kept.title
    session.delete(kept)
    return title


def _free_ids(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Drop the rows' own ids if one is taken: SQLite gives a deleted row's id to the next row."""
    if table.name not in ("date_change", "proposal"):
        return
    ids = [row["id"] for row in rows]
    if session.execute(select(table.c.id).where(table.c.id.in_(ids)).limit(1)).first():
        for row in rows:
            del row["id"]


def _add_premiere(
    session: Session, movie: Mapping[str, Any], date_changes: Sequence[dict[str, Any]]
) -> None:
    """Add the premiere of a movie that an older release deleted, whose row held it."""
    own = {"movie_id": movie["id"], "first": True, "version": 1}
    moved = (*PREMIERE_COLUMNS, "added_at", "changed_at")
    row = {**{name: movie.get(name) for name in moved}, **own}
    adding = insert(PREMIERES).returning(PREMIERES.c.id)
    premiere_id = session.scalars(adding, [read_row(PREMIERES, row)]).one()
    for change in date_changes:
        change["premiere_id"] = premiere_id


def ensure_brought_back(session: Session, movie_id: int, *, by: str) -> str:
    """Bring the movie back unless it is there already, and return its title.

    Raises MovieNotFound where the movie never existed or can no longer be brought back.
    """
    movie = session.get(Movie, movie_id)
    return movie.title if movie else bring_back(session, movie_id, by=by)


def find_deleted(session: Session, movie_id: int) -> Deleted | None:
    """Return the deleted movie while it can be brought back."""
    found = session.execute(_DELETED.where(DeletedMovie.movie_id == movie_id, _recent())).first()
    return Deleted(*found) if found else None


def deleted_movies(session: Session) -> tuple[Deleted, ...]:
    """Return the movies that can be brought back, the latest first."""
    query = _DELETED.where(_recent()).order_by(DeletedMovie.deleted_at.desc()).limit(SHOWN)
    return tuple(Deleted(*found) for found in session.execute(query))


_DELETED = select(
    *(DeletedMovie.movie_id, DeletedMovie.title, DeletedMovie.premiere_date),
    *(DeletedMovie.deleted_at, DeletedMovie.deleted_by, MergedMovie.into_id),
).outerjoin(MergedMovie, MergedMovie.movie_id == DeletedMovie.movie_id)


def _recent() -> ColumnElement[bool]:
    return and_(~DeletedMovie.hidden, DeletedMovie.deleted_at >= _oldest())


def forget_deleted(session: Session) -> None:
    """Delete the rows and history of movies that were deleted longer than UNDO_DAYS ago.

    The history of a merged one stays.
    """
    old = select(DeletedMovie.movie_id).where(
        ~DeletedMovie.hidden, DeletedMovie.deleted_at < _oldest()
    )
    if ids := list(session.scalars(old)):
        merged = set(session.scalars(select(MergedMovie.movie_id)))  # the other movie shows it
        gone = [movie_id for movie_id in ids if movie_id not in merged]
        session.execute(delete(HistoryEntry).where(HistoryEntry.movie_id.in_(gone)))
        session.execute(delete(DeletedMovie).where(DeletedMovie.movie_id.in_(ids)))


def _oldest() -> datetime:
    return clock.now() - timedelta(days=UNDO_DAYS)


def load_rows(
    session: Session, table: Any, movie_ids: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """Return each movie's rows of a table, as JSON holds them; of IN_LIMIT movies at most."""
    owner = table.c.id if table.name == "movie" else table.c.movie_id
    rows: dict[int, list[dict[str, Any]]] = {movie_id: [] for movie_id in movie_ids}
    for row in session.execute(select(table).where(owner.in_(movie_ids))):
        values = {name: _as_json(value) for name, value in row._mapping.items()}
        rows[values[owner.name]].append(values)
    return rows


def _as_json(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def read_row(table: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values in the table's types; a column of a later release is left out."""
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
