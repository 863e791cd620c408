"""Writes movies: for the admin's form, the import and the demo.

Values come checked, by column, as `fields.check_fields` returns them. A column that is not given
keeps its value. `poster_url` belongs to the poster, and the columns of a premiere to the premiere
(premieres.py): neither raises the movie's version. Every change adds entries to the movies'
history (history.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mozi.calendar.editing.history import (
    BY_COMMAND,
    CREATED,
    NO_POSTER,
    UPDATED,
    Json,
    NewHistoryEntry,
    PosterSnapshot,
    as_json,
    find_free_id,
    load_poster_snapshots,
    poster_changes,
    record_history,
)
from mozi.calendar.editing.premieres import (
    PremiereChange,
    WrittenPremiere,
    premiere_changes_of,
    premiere_differences,
    write_premieres,
)
from mozi.calendar.fields import PREMIERE_COLUMNS, FieldValue, Values
from mozi.database import in_chunks
from mozi.errors import MovieNotFound
from mozi.models import Movie
from mozi.posters.focus import Pointed, set_focus
from mozi.posters.gc.tombstones import refuse_tombstoned
from mozi.posters.source import clear_source, restore_source, set_source_original, set_source_urls
from mozi.posters.uploads import StoredUpload
from mozi.vocabulary import BY_EDITOR

POSTER_URL = "poster_url"


@dataclass(frozen=True)
class MovieChange:
    """A movie's new values; movie: None for a new movie.

    values: its premiere's columns among them mean the movie's only premiere, of several the one
    recorded first. premieres: changes of premieres by name. upload: a stored original that becomes
    the poster. no_poster: removes the poster, address and upload. earlier_poster: a poster of the
    history that comes back with its address; values then hold no address. focus: the part of the
    new poster that crops must keep.
    """

    movie: Movie | None
    values: Values
    premieres: Sequence[PremiereChange] = ()
    upload: StoredUpload | None = None
    no_poster: bool = False
    earlier_poster: PosterSnapshot | None = None
    focus: Pointed | None = None

    @property
    def touches_poster(self) -> bool:
        """Return whether the change may change the poster."""
        given = (self.upload, self.earlier_poster, self.focus)
        return POSTER_URL in self.values or self.no_poster or given != (None, None, None)


def lock_movie(session: Session, movie_id: int) -> Movie:
    """Return the movie, its row locked until the commit; raises MovieNotFound."""
    movie = session.scalars(select(Movie).where(Movie.id == movie_id).with_for_update()).first()
    if movie is None:
        raise MovieNotFound(movie_id)
    return movie


def lock_movies(session: Session, movie_ids: Sequence[int]) -> dict[int, Movie]:
    """Return those of the movies that exist, with their premieres, locked until the commit."""
    locked = select(Movie).order_by(Movie.id).options(selectinload(Movie.premieres))
    chunks = in_chunks(sorted(movie_ids))
    movies = (session.scalars(_of(locked, chunk)) for chunk in chunks)
    return {movie.id: movie for movie in chain.from_iterable(movies)}


def _of(movies: Any, chunk: Sequence[int]) -> Any:
    return movies.where(Movie.id.in_(chunk)).with_for_update()


def set_poster_upload(
    session: Session, movie_id: int, upload: StoredUpload, *, by: str = BY_COMMAND
) -> None:
    """Make the upload the movie's poster; the same upload again changes nothing.

    Raises MovieNotFound, and BuildAbandoned where pruning may have deleted the upload meanwhile.
    """
    movie = session.get(Movie, movie_id)
    if movie is None:
        raise MovieNotFound(movie_id)
    save_changes(session, [MovieChange(movie, {}, upload=upload)], by=by)


def save_changes(
    session: Session,
    changes: Sequence[MovieChange],
    *,
    by: str = BY_COMMAND,
    action: str = UPDATED,
    source: str = BY_EDITOR,
    batch: int | None = None,
) -> list[Movie]:
    """Write all changes in a few statements and return the movies, in the order of changes.

    by: the editor that the history names; action: the history's word for a change of a known
    movie; source: who gave the dates, of DATE_SOURCES; batch: of batches.py. Raises
    EqualPremieres, and BuildAbandoned where pruning may have deleted an upload since it was stored.
    """
    old = load_poster_snapshots(
        session, [c.movie.id for c in changes if c.movie and c.touches_poster]
    )
    writes = [_Write(each, each.movie or Movie(), _differences(each)) for each in changes]
    _write_movies(session, writes, source=source)
    movies = [write.movie for write in writes]
    new = _set_posters(session, movies, changes)
    entries = [_entry(write, action=action, old=old, new=new) for write in writes]
    told = [each for each in entries if each.changes or each.action == CREATED]
    record_history(session, told, by=by, batch=batch)
    return movies


@dataclass(frozen=True)
class _Write:
    """A change on its way into the database.

    differences: the old and new value of each column that changes; {} for a new movie.
    """

    change: MovieChange
    movie: Movie
    differences: dict[str, tuple[Json, Json]]


def _write_movies(session: Session, writes: Sequence[_Write], *, source: str) -> None:
    """Write the rows of the movies and of their premieres."""
    for write in writes:
        _set_values(write.movie, write.change.values)
    written = [_write_premieres(session, write, source=source) for write in writes]
    movies = [write.movie for write in writes]
    _give_ids(session, movies)
    session.add_all(movies)
    session.flush()  # now new premieres have ids, which the history names
    for write, premieres in zip(writes, written, strict=True):
        if write.change.movie is not None:
            write.differences.update(premiere_differences(premieres))


def _write_premieres(session: Session, write: _Write, *, source: str) -> Sequence[WrittenPremiere]:
    change, movie = write.change, write.movie
    wanted = premiere_changes_of(change.values, change.premieres, movie)
    return write_premieres(session, movie, wanted, source=source)


def _entry(
    write: _Write,
    *,
    action: str,
    old: Mapping[int, PosterSnapshot],
    new: Mapping[int, PosterSnapshot],
) -> NewHistoryEntry:
    """Return the history's entry. old, new: the posters before and after."""
    movie, changes = write.movie, write.differences
    before = old.get(movie.id, NO_POSTER)
    if movie.id in new:
        changes = {**changes, **poster_changes(before, new[movie.id])}
    named = action if write.change.movie else CREATED
    return NewHistoryEntry(movie.id, movie.version, named, changes, before)


def _set_posters(
    session: Session, movies: Sequence[Movie], changes: Sequence[MovieChange]
) -> dict[int, PosterSnapshot]:
    """Change the posters' sources and return the posters of the known movies among them."""
    pairs = list(zip(movies, changes, strict=True))
    addresses = {m.id: _address(c.values) for m, c in pairs if POSTER_URL in c.values}
    set_source_urls(session, addresses)
    for movie, change in pairs:
        if change.upload is not None:
            upload = change.upload
            refuse_tombstoned(session.connection(), [upload.key], stored_from=upload.stored_from)
            set_source_original(session, movie.id, upload.key)
        elif change.no_poster:
            clear_source(session, movie.id)
        elif (earlier := change.earlier_poster) is not None:
            restore_source(
                session,
                movie.id,
                url=earlier.source_url,
                original_key=earlier.original_key if earlier.kind else None,
                uploaded=earlier.uploaded,
            )
        if change.focus is not None:
            set_focus(session, movie.id, change.focus)
    concerned = {m.id for m, c in pairs if c.movie and c.touches_poster}
    return {**dict.fromkeys(concerned, NO_POSTER), **load_poster_snapshots(session, concerned)}


def _give_ids(session: Session, movies: Sequence[Movie]) -> None:
    new = [movie for movie in movies if movie.id is None]
    if new and (free := find_free_id(session)) is not None:
        for number, movie in enumerate(new, free):
            movie.id = number


def _differences(change: MovieChange) -> dict[str, tuple[Json, Json]]:
    """Return the old and new value of each column that changes; {} for a new movie."""
    movie = change.movie
    if movie is None:
        return {}
    return {
        column: (as_json(getattr(movie, column)), as_json(value))
        for column, value in own_values(change.values)
        if getattr(movie, column) != value
    }


def differs(movie: Movie, values: Values) -> bool:
    """Return whether any of values differs from the movie's own row."""
    return any(getattr(movie, column) != value for column, value in own_values(values))


def _set_values(movie: Movie, values: Values) -> None:
    for column, value in own_values(values):
        # Only new values are assigned, so that an unchanged movie is not dirty in its session.
        if movie.id is None or getattr(movie, column) != value:
            setattr(movie, column, value)


def own_values(values: Values) -> list[tuple[str, FieldValue]]:
    """Return the values of the movie's own row."""
    others = (POSTER_URL, *PREMIERE_COLUMNS)
    return [(column, value) for column, value in values.items() if column not in others]


def _address(values: Values) -> str | None:
    address = values[POSTER_URL]
    return address if isinstance(address, str) else None
