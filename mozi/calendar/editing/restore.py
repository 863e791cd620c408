"""Shows a movie's history and restores the movie's state before one of its entries.

An older state is the present one with the old values of each later entry put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import POSTER_URL, MovieChange, lock_movie, save_changes
from mozi.calendar.editing.duplicates import find_title_by_external_id
from mozi.calendar.editing.history import (
    FOCUS,
    NO_POSTER,
    POSTER,
    RESTORED,
    Changes,
    Json,
    PosterSnapshot,
    load_poster_snapshots,
)
from mozi.calendar.editing.premieres import is_of_premiere, restored_premieres
from mozi.calendar.fields import COLUMNS, PREMIERE_COLUMNS, Values, check_fields
from mozi.calendar.merges import find_parts
from mozi.errors import HistoryEntryNotFound, MovieNotFound
from mozi.models import HistoryEntry, Movie, Premiere
from mozi.posters.focus import Pointed

PAGE_LENGTH = 30
LAST_PAGE = 10_000  # pages


@dataclass(frozen=True)
class Event:
    """One entry. changes: old and new value by column; old_thumb_key: the old poster's.

    movie_id: the movie's, or that of a movie which was merged into it.
    """

    entry_id: int
    movie_id: int
    edited_at: datetime
    editor: str
    action: str
    changes: Changes
    old_thumb_key: str | None


@dataclass(frozen=True)
class HistoryPage:
    """One page of a movie's history. number: from 1; more: whether an older page follows.

    premieres: kind and date of the movie's premieres by id, as they are now.
    """

    title: str
    number: int
    events: tuple[Event, ...]
    more: bool
    premieres: Mapping[int, tuple[str, date]]


@dataclass(frozen=True)
class OldState:
    """A movie's state before an entry. poster, focus: None where no later entry changed it.

    premieres: the old values by the history's names.
    """

    values: Values
    premieres: Mapping[str, Json]
    poster: PosterSnapshot | None
    focus: Pointed | None


def history_page(session: Session, movie_id: int, number: int) -> HistoryPage:
    """Return that page of the history of the movie and of those that were merged into it.

    Raises MovieNotFound.
    """
    title = session.scalars(select(Movie.title).where(Movie.id == movie_id)).first()
    if title is None:
        raise MovieNotFound(movie_id)
    number = min(max(number, 1), LAST_PAGE)
    ids = [movie_id, *find_parts(session, movie_id)]
    query = select(*EVENTS).where(HistoryEntry.movie_id.in_(ids)).order_by(HistoryEntry.id.desc())
    part = query.limit(PAGE_LENGTH + 1).offset((number - 1) * PAGE_LENGTH)
    events = [Event(*row) for row in session.execute(part)]
    more = len(events) > PAGE_LENGTH and number < LAST_PAGE
    columns = (Premiere.id, Premiere.kind, Premiere.premiere_date)
    of_movie = session.execute(select(*columns).where(Premiere.movie_id == movie_id))
    premieres = {premiere_id: (kind, day) for premiere_id, kind, day in of_movie}
    return HistoryPage(title, number, tuple(events[:PAGE_LENGTH]), more, premieres)


EVENTS = (
    *(HistoryEntry.id, HistoryEntry.movie_id, HistoryEntry.edited_at, HistoryEntry.editor),
    *(HistoryEntry.action, HistoryEntry.changes, HistoryEntry.old_thumb_key),
)


def restore_movie(session: Session, movie_id: int, entry_id: int, *, by: str) -> str:
    """Restore the movie's state before the entry, and return its title.

    The external_id stays as it is now where another movie has the old one. Raises MovieNotFound,
    and HistoryEntryNotFound where the entry is not this movie's or changed nothing.
    """
    movie = lock_movie(session, movie_id)
    change = change_back(session, movie, _entries_since(session, movie_id, entry_id))
    return save_changes(session, [change], by=by, action=RESTORED)[0].title


def change_back(session: Session, movie: Movie, entries: Sequence[HistoryEntry]) -> MovieChange:
    """Return the change that takes these entries of the movie's history back; the latest first.

    The external_id stays as it is now where another movie has the old one.
    """
    old = _state_before(session, movie.id, entries)
    values = dict(old.values)
    if find_title_by_external_id(session, values.get("external_id"), but=movie.id) is not None:
        del values["external_id"]
    premieres = restored_premieres(movie, old.premieres)
    return MovieChange(
        movie, values, premieres=premieres, earlier_poster=old.poster, focus=old.focus
    )


def _entries_since(session: Session, movie_id: int, entry_id: int) -> Sequence[HistoryEntry]:
    since = select(HistoryEntry).where(
        HistoryEntry.movie_id == movie_id, HistoryEntry.id >= entry_id
    )
    entries = session.scalars(since.order_by(HistoryEntry.id.desc())).all()
    if not entries or entries[-1].id != entry_id or not entries[-1].changes:
        raise HistoryEntryNotFound(movie_id, entry_id)
    return entries


def _state_before(session: Session, movie_id: int, entries: Sequence[HistoryEntry]) -> OldState:
    old = {column: before for entry in entries for column, (before, _) in entry.changes.items()}
    own = {c: old[c] for c in COLUMNS if c in old and c not in (POSTER_URL, *PREMIERE_COLUMNS)}
    premieres = {name: old[name] for name in old if is_of_premiere(name)}
    poster = _poster_before(session, movie_id, entries, old)
    # A value that this release refuses is left out: the field stays as it is now.
    return OldState(check_fields(own).values, premieres, poster, _focus_before(old))


def _poster_before(
    session: Session, movie_id: int, entries: Sequence[HistoryEntry], old: Mapping[str, Json]
) -> PosterSnapshot | None:
    """Return the poster of then, None where it is the present one. entries: the latest first."""
    now = load_poster_snapshots(session, [movie_id]).get(movie_id, NO_POSTER)
    then = next((_old_poster(each) for each in reversed(entries) if POSTER in each.changes), now)
    if POSTER_URL in old:
        address = old[POSTER_URL]
        then = replace(then, source_url=address if isinstance(address, str) else None)
    return None if _source(then) == _source(now) else then


def _focus_before(old: Mapping[str, Json]) -> Pointed | None:
    if FOCUS not in old:
        return None
    match old[FOCUS]:
        case [int(x), int(y)]:
            return Pointed((x, y))
    return Pointed(None)


def _old_poster(entry: HistoryEntry) -> PosterSnapshot:
    return PosterSnapshot(
        source_url=entry.old_source_url,
        uploaded=entry.old_uploaded,
        original_key=entry.old_original_key,
        thumb_key=entry.old_thumb_key,
    )


def _source(poster: PosterSnapshot) -> tuple[Any, ...]:
    return (poster.source_url, poster.uploaded, poster.original_key)
