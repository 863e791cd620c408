"""The log of all changes of all movies, the latest first; a batch is one line of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mozi import clock
from mozi.calendar.editing.batches import BatchState, state_of
from mozi.calendar.editing.history import CREATED, DELETED, MERGED, RESTORED, UPDATED
from mozi.calendar.editing.listing.distinct import distinct_values
from mozi.calendar.editing.restore import EVENTS, Event
from mozi.calendar.editing.trash import UNDO_DAYS
from mozi.calendar.editing.undoing import find_touched
from mozi.models import Batch, DeletedMovie, HistoryEntry, Movie, Premiere

PAGE_LENGTH = 50
LATEST = 2**31 - 1  # the largest of PostgreSQL's integers
UNDO, BRING_BACK = "undo", "bring_back"


@dataclass(frozen=True)
class LogItem:
    """A change of one movie, or a batch. place: an entry's id; later items have higher ones.

    undo: UNDO, BRING_BACK for a movie in the trash, or None where it cannot be taken back: by
    itself, as others build on it.
    """

    place: int
    event: Event | None = None
    title: str | None = None
    batch: BatchState | None = None
    undo: str | None = None
    exists: bool = False


@dataclass(frozen=True)
class LogPage:
    """One page of the log. next: where the page of older items begins; None: this is the last.

    premieres: kind and date of the movies' premieres by id, as they are now.
    """

    items: tuple[LogItem, ...]
    next: int | None
    premieres: Mapping[int, tuple[str, date]]
    batch: BatchState | None = None


def log_page(
    session: Session, *, before: int = LATEST, editor: str = "", batch_id: int | None = None
) -> LogPage:
    """Return the latest items with a place before the given one.

    editor: only this one's; batch_id: the changes of this batch.
    """
    of_editor = [HistoryEntry.editor == editor] if editor else []
    alone = HistoryEntry.batch_id.is_(None) if batch_id is None else _is_of(batch_id)
    found = _latest(session, [HistoryEntry.id < before, alone, *of_editor])
    items = _items(session, found, batch_id)
    batch = session.get(Batch, batch_id) if batch_id is not None else None
    if batch_id is None:
        items += _batches(session, before, editor)
    items.sort(key=lambda item: -item.place)
    following = items[PAGE_LENGTH - 1].place if len(items) > PAGE_LENGTH else None
    premieres = _premieres(session, {entry.movie_id for entry in found})
    shown = tuple(items[:PAGE_LENGTH])
    return LogPage(shown, following, premieres, state_of(batch) if batch else None)


def _premieres(session: Session, movie_ids: Collection[int]) -> dict[int, tuple[str, date]]:
    of_movies = select(Premiere.id, Premiere.kind, Premiere.premiere_date)
    rows = session.execute(of_movies.where(Premiere.movie_id.in_(movie_ids)))
    return {premiere_id: (kind, day) for premiere_id, kind, day in rows}


def editors(session: Session) -> list[str]:
    """Return everyone who has changed a movie."""
    return distinct_values(session, HistoryEntry.__table__.c.editor)


def _is_of(batch_id: int) -> ColumnElement[bool]:
    return HistoryEntry.batch_id == batch_id


def _latest(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[HistoryEntry]:
    entries = select(HistoryEntry).where(*conditions).order_by(HistoryEntry.id.desc())
    return session.scalars(entries.limit(PAGE_LENGTH + 1)).all()


def _items(
    session: Session, entries: Sequence[HistoryEntry], batch_id: int | None
) -> list[LogItem]:
    ids = {entry.movie_id for entry in entries}
    titles, deleted = _titles(session, Movie.id, ids), _titles(session, DeletedMovie.movie_id, ids)
    touched = find_touched(session, entries, batch=batch_id)
    return [
        LogItem(
            entry.id,
            Event(*(getattr(entry, column.key) for column in EVENTS)),
            titles.get(entry.movie_id) or deleted.get(entry.movie_id),
            undo=_undo(entry, titles, deleted, touched),
            exists=entry.movie_id in titles,
        )
        for entry in entries
    ]


def _titles(session: Session, key: Any, ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(select(key, key.class_.title).where(key.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _undo(
    entry: HistoryEntry,
    titles: Mapping[int, str],
    deleted: Mapping[int, str],
    touched: Collection[int],
) -> str | None:
    if entry.action in (DELETED, MERGED):
        return BRING_BACK if entry.movie_id in deleted else None
    if entry.movie_id not in titles or entry.id in touched:
        return None
    changed = entry.action in (UPDATED, RESTORED) and entry.changes
    return UNDO if changed or entry.action == CREATED else None


def _batches(session: Session, before: int, editor: str) -> list[LogItem]:
    place = select(func.min(HistoryEntry.id)).where(_is_of_row()).correlate(Batch).scalar_subquery()
    of_editor = [Batch.editor == editor] if editor else []
    batches = select(Batch, place).where(place < before, *of_editor).order_by(Batch.id.desc())
    rows = session.execute(batches.limit(PAGE_LENGTH + 1))
    return [LogItem(at, batch=state_of(batch), undo=_undo_of(batch)) for batch, at in rows]


def _is_of_row() -> ColumnElement[bool]:
    return HistoryEntry.batch_id == Batch.id


def _undo_of(batch: Batch) -> str | None:
    lasts = batch.made_at >= clock.now() - timedelta(days=UNDO_DAYS)
    return UNDO if lasts and batch.undone_by is None else None
