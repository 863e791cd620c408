"""Batches: changes of many movies that are listed, and undone, as one.

The changes are the history's entries that name the batch. A batch is written, and undone, in
parts, each in a transaction of its own, so that no other writer waits long. A batch that was cut
short can be undone as far as it got.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.exc import StaleDataError

from mozi import clock
from mozi.calendar.editing.changes import save_changes
from mozi.calendar.editing.history import CREATED, DELETED, RESTORED
from mozi.calendar.editing.restore import change_back
from mozi.calendar.editing.trash import UNDO_DAYS, bring_back, delete_movie
from mozi.database import IN_LIMIT, in_chunks, reading, writing
from mozi.errors import BatchNotFound, EqualPremieres, MovieNotFound, NoPremiere
from mozi.models import Batch, HistoryEntry, Movie

T = TypeVar("T")

AT_ONCE = 250  # movies in one transaction
CANNOT_BE = (EqualPremieres, NoPremiere, MovieNotFound, IntegrityError, StaleDataError)


@dataclass(frozen=True)
class BatchState:
    """A batch. what: its act and value. movies: how many it changed. undone_by: None: nobody."""

    batch_id: int
    made_at: datetime
    editor: str
    what: Mapping[str, Any]
    movies: int
    undone_by: str | None


@dataclass(frozen=True)
class Undone:
    """How many movies are as before, and how many stay because somebody changed them since."""

    undone: int
    kept: int


def begin_batch(what: Mapping[str, Any], *, by: str) -> int:
    """Record a batch that has changed nothing yet, and return its id."""
    with writing() as session:
        batch = Batch(editor=by, what=dict(what))
        session.add(batch)
        session.flush()
        return batch.id


def count_in(session: Session, batch_id: int, movies: int) -> None:
    """Add to the number of movies that the batch has changed."""
    counted = Batch.movies + movies
    session.execute(update(Batch).where(Batch.id == batch_id).values(movies=counted))


def forget_batch(batch_id: int) -> None:
    """Delete the record of a batch that changed nothing."""
    with writing() as session:
        session.delete(session.get_one(Batch, batch_id))


def get_batch(session: Session, batch_id: int) -> BatchState:
    """Return the batch; raises BatchNotFound where it cannot be undone any more."""
    batch = session.get(Batch, batch_id)
    if batch is None or batch.made_at < clock.now() - timedelta(days=UNDO_DAYS):
        raise BatchNotFound(batch_id)
    return _state(batch)


def _state(batch: Batch) -> BatchState:
    own = (batch.id, batch.made_at, batch.editor, batch.what, batch.movies, batch.undone_by)
    return BatchState(*own)


def in_parts(items: Sequence[T], write: Callable[[Session, Sequence[T]], int]) -> int:
    """Write the items AT_ONCE in a transaction, and return how many were written.

    write: returns how many it wrote. Where a part cannot be written, its items are written one
    by one, and those that cannot be are left out.
    """
    parts = [items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)]
    return sum(_write_part(part, write) for part in parts)


def _write_part(items: Sequence[T], write: Callable[[Session, Sequence[T]], int]) -> int:
    try:
        with writing() as session:
            return write(session, items)
    except CANNOT_BE:
        return sum(_write_part([item], write) for item in items) if len(items) > 1 else 0


def lock_movies(session: Session, movie_ids: Sequence[int]) -> dict[int, Movie]:
    """Return those of the movies that exist, with their premieres, locked until the commit."""
    locked = select(Movie).order_by(Movie.id).options(selectinload(Movie.premieres))
    chunks = in_chunks(sorted(movie_ids))
    movies = (session.scalars(_of(locked, chunk)) for chunk in chunks)
    return {movie.id: movie for movie in chain.from_iterable(movies)}


def _of(movies: Any, chunk: Sequence[int]) -> Any:
    return movies.where(Movie.id.in_(chunk)).with_for_update()


def undo_batch(batch_id: int, *, by: str) -> Undone:
    """Undo the batch, except on movies whose same fields were changed since.

    Raises BatchNotFound, also where the batch was undone before.
    """
    with writing() as session:
        batch = get_batch(session, batch_id)
        if batch.undone_by is not None:
            raise BatchNotFound(batch_id)
        marked = {"undone_at": clock.now(), "undone_by": by}
        session.execute(update(Batch).where(Batch.id == batch_id).values(marked))
    with reading() as session:
        of_batch = select(HistoryEntry.id).where(HistoryEntry.batch_id == batch_id)
        entry_ids = session.scalars(of_batch.order_by(HistoryEntry.id.desc())).all()
    undone = in_parts(entry_ids, partial(_undo, batch_id=batch_id, by=by))
    return Undone(undone, batch.movies - undone)


def _undo(session: Session, entry_ids: Sequence[int], *, batch_id: int, by: str) -> int:
    """Undo these entries, except those that a later entry touches, and return how many."""
    assert len(entry_ids) <= IN_LIMIT  # noqa: S101 - one IN
    entries = session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(entry_ids))).all()
    movies = lock_movies(session, [entry.movie_id for entry in entries])
    later = _later(session, entries, batch_id)
    free = [entry for entry in entries if not _is_touched(entry, later)]
    changed = _by_movie(e for e in free if e.action not in (CREATED, DELETED))
    changes = [change_back(session, movies[i], of) for i, of in changed.items() if i in movies]
    save_changes(session, changes, by=by, action=RESTORED, batch=batch_id)
    for entry in (deleted := [e for e in free if e.action == DELETED]):
        bring_back(session, entry.movie_id, by=by)
    for entry in (created := [e for e in free if e.action == CREATED and e.movie_id in movies]):
        delete_movie(session, entry.movie_id, by=by)
    return len(changes) + len(deleted) + len(created)


def _by_movie(entries: Iterable[HistoryEntry]) -> dict[int, list[HistoryEntry]]:
    """Return the entries of each movie, the latest first."""
    found: dict[int, list[HistoryEntry]] = {}
    for entry in sorted(entries, key=lambda entry: -entry.id):
        found.setdefault(entry.movie_id, []).append(entry)
    return found


def _later(session: Session, entries: Sequence[HistoryEntry], batch_id: int) -> Sequence[Row[Any]]:
    """Return movie, id and changes of the entries since the first of these, not of the batch."""
    columns = (HistoryEntry.movie_id, HistoryEntry.id, HistoryEntry.changes)
    later = select(*columns).where(
        HistoryEntry.movie_id.in_([entry.movie_id for entry in entries]),
        HistoryEntry.id > min(entry.id for entry in entries),
        HistoryEntry.batch_id.is_distinct_from(batch_id),
    )
    return session.execute(later).all()


def _is_touched(entry: HistoryEntry, later: Sequence[Row[Any]]) -> bool:
    """Return whether a later entry is of a field that this entry changed, or of the whole movie."""
    whole = entry.action in (CREATED, DELETED)
    return any(
        row.movie_id == entry.movie_id
        and row.id > entry.id
        and (whole or row.changes.keys() & entry.changes.keys())
        for row in later
    )
