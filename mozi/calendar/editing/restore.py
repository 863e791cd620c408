"""A movie's history, the latest first, and the way back to what it was before one of its edits.

An older state is the present one with what each later edit found put back, the latest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import POSTER_URL, MovieChange, Values, save_changes
from mozi.calendar.editing.history import (
    FOCUS,
    NO_POSTER,
    POSTER,
    RESTORED,
    Changes,
    Json,
    PosterState,
    load_poster_states,
)
from mozi.calendar.fields import COLUMNS, check_fields
from mozi.errors import HistoryEntryNotFound, MovieNotFound
from mozi.models import HistoryEntry, Movie
from mozi.posters.focus import Pointed

PAGE_LENGTH = 30
DEEPEST = 10_000  # pages


@dataclass(frozen=True)
class Event:
    """One edit. changes: what was and what came, by column; old_thumb_key: the old poster's."""

    entry_id: int
    edited_at: datetime
    editor: str
    action: str
    changes: Changes
    old_thumb_key: str | None


@dataclass(frozen=True)
class HistoryPage:
    """A part of a movie's history. number: from 1; more: whether an older part follows."""

    title: str
    number: int
    events: tuple[Event, ...]
    more: bool


@dataclass(frozen=True)
class Restored:
    """What there was before an edit. poster, focus: None where no edit since has touched it."""

    values: Values
    poster: PosterState | None
    focus: Pointed | None


def history_page(session: Session, movie_id: int, number: int) -> HistoryPage:
    """Return that part of the movie's history; raises MovieNotFound."""
    title = session.scalars(select(Movie.title).where(Movie.id == movie_id)).first()
    if title is None:
        raise MovieNotFound(movie_id)
    number = min(max(number, 1), DEEPEST)
    query = _EVENTS.where(HistoryEntry.movie_id == movie_id).order_by(HistoryEntry.id.desc())
    part = query.limit(PAGE_LENGTH + 1).offset((number - 1) * PAGE_LENGTH)
    events = [Event(*row) for row in session.execute(part)]
    more = len(events) > PAGE_LENGTH and number < DEEPEST
    return HistoryPage(title, number, tuple(events[:PAGE_LENGTH]), more)


_EVENTS = select(
    *(HistoryEntry.id, HistoryEntry.edited_at, HistoryEntry.editor),
    *(HistoryEntry.action, HistoryEntry.changes, HistoryEntry.old_thumb_key),
)


def restore_movie(session: Session, movie_id: int, entry_id: int, *, by: str) -> str:
    """Bring the movie back to what it was before the edit, and return its title.

    An external_id that another movie was given meanwhile stays as it is now. Raises
    MovieNotFound, and HistoryEntryNotFound where the edit is not this movie's or changed nothing.
    """
    movie = session.scalars(select(Movie).where(Movie.id == movie_id).with_for_update()).first()
    if movie is None:
        raise MovieNotFound(movie_id)
    old = _state_before(session, movie_id, entry_id)
    values = dict(old.values)
    if _is_anothers(session, movie_id, values.get("external_id")):
        del values["external_id"]
    change = MovieChange(movie, values, earlier_poster=old.poster, focus=old.focus)
    return save_changes(session, [change], by=by, action=RESTORED)[0].title


def _state_before(session: Session, movie_id: int, entry_id: int) -> Restored:
    since = select(HistoryEntry).where(
        HistoryEntry.movie_id == movie_id, HistoryEntry.id >= entry_id
    )
    edits = session.scalars(since.order_by(HistoryEntry.id.desc())).all()
    if not edits or edits[-1].id != entry_id or not edits[-1].changes:
        raise HistoryEntryNotFound(movie_id, entry_id)
    found = {column: before for edit in edits for column, (before, _) in edit.changes.items()}
    own = {c: found[c] for c in COLUMNS if c in found and c != POSTER_URL}
    # What a later release refuses stays as it is now.
    poster = _poster_before(session, movie_id, edits, found)
    return Restored(check_fields(own).values, poster, _focus_before(found))


def _poster_before(
    session: Session, movie_id: int, edits: Sequence[HistoryEntry], found: Mapping[str, Json]
) -> PosterState | None:
    """Return the poster of then, None where it is the present one. edits: the latest first."""
    now = load_poster_states(session, [movie_id]).get(movie_id, NO_POSTER)
    then = next((_replaced(edit) for edit in reversed(edits) if POSTER in edit.changes), now)
    if POSTER_URL in found:
        address = found[POSTER_URL]
        then = replace(then, source_url=address if isinstance(address, str) else None)
    return None if _source(then) == _source(now) else then


def _focus_before(found: Mapping[str, Json]) -> Pointed | None:
    if FOCUS not in found:
        return None
    match found[FOCUS]:
        case [int(x), int(y)]:
            return Pointed((x, y))
    return Pointed(None)


def _replaced(edit: HistoryEntry) -> PosterState:
    return PosterState(
        source_url=edit.old_source_url,
        uploaded=edit.old_uploaded,
        original_key=edit.old_original_key,
        thumb_key=edit.old_thumb_key,
    )


def _source(poster: PosterState) -> tuple[Any, ...]:
    return (poster.source_url, poster.uploaded, poster.original_key)


def _is_anothers(session: Session, movie_id: int, external_id: object) -> bool:
    query = select(Movie.id).where(Movie.external_id == external_id, Movie.id != movie_id)
    return external_id is not None and session.scalars(query).first() is not None
