"""Batches: changes of many movies that are listed, and undone, as one.

The changes are the history's entries that name the batch. A batch is written, and undone, in
parts, each in a transaction of its own, so that no other writer waits long. A batch that was cut
short can be undone as far as it got.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mozi import clock
from mozi.calendar.editing.trash import UNDO_DAYS
from mozi.calendar.editing.undoing import undo
from mozi.database import reading, writing
from mozi.errors import BatchNotFound, EqualPremieres, MovieNotFound, NoPremiere
from mozi.models import Batch, HistoryEntry

T = TypeVar("T")
Tell = Callable[[int, int], object]
"""Called with how many movies are written, and how many there are; raising ends the work."""

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
        return add_batch(session, what, by=by)


def add_batch(session: Session, what: Mapping[str, Any], *, by: str) -> int:
    """Record the batch in the caller's transaction, and return its id."""
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
    return state_of(batch)


def state_of(batch: Batch) -> BatchState:
    """Return the row's values."""
    own = (batch.id, batch.made_at, batch.editor, batch.what, batch.movies, batch.undone_by)
    return BatchState(*own)


def in_parts(
    items: Sequence[T],
    write: Callable[[Session, Sequence[T]], int],
    *,
    tell: Tell = lambda _done, _of: None,
) -> int:
    """Write the items AT_ONCE in a transaction, and return how many were written.

    write: returns how many it wrote. Where a part cannot be written, its items are written one
    by one, and those that cannot be are left out. Other writers come between two parts.
    """
    written = 0
    for start in range(0, len(items), AT_ONCE):
        tell(start, len(items))
        written += _write_part(items[start : start + AT_ONCE], write)
    return written


def _write_part(items: Sequence[T], write: Callable[[Session, Sequence[T]], int]) -> int:
    try:
        with writing() as session:
            return write(session, items)
    except CANNOT_BE:
        return sum(_write_part([item], write) for item in items) if len(items) > 1 else 0


def undo_batch(batch_id: int, *, by: str, tell: Tell = lambda _done, _of: None) -> Undone:
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
    undone = in_parts(entry_ids, partial(_undo, batch_id=batch_id, by=by), tell=tell)
    return Undone(undone, batch.movies - undone)


def _undo(session: Session, entry_ids: Sequence[int], *, batch_id: int, by: str) -> int:
    entries = session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(entry_ids))).all()
    return undo(session, entries, by=by, batch=batch_id)
