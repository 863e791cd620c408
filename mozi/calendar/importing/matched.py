"""A row of an import file, and what importing it does: values only.

A movie is read to be compared, and loaded when it is written: 17,470 mapped ones with their
premieres would take 100 MB.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mozi.calendar.editing.changes import POSTER_URL, MovieChange, lock_movies
from mozi.calendar.editing.premieres import PremiereChange
from mozi.calendar.fields import PREMIERE_COLUMNS, REQUIRED, FieldValue, Values
from mozi.calendar.importing.doubts import PossibleMovie
from mozi.calendar.importing.known import KnownMovie, KnownPremiere
from mozi.errors import RowFault
from mozi.messages import Message
from mozi.models import Movie, Premiere
from mozi.vocabulary import DATE_PRECISIONS, KINDS

Key = tuple[FieldValue, FieldValue]


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row's checked values by column, for the columns of the file only.

    is_part: its movie was merged into another one.
    """

    number: int
    values: Values
    is_part: bool = False

    @property
    def external_id(self) -> FieldValue:
        return self.values.get("external_id")

    @property
    def key(self) -> Key | None:
        """Return the title and the premiere date, where the row has both."""
        title, premiere_date = (self.values.get(column) for column in REQUIRED)
        return (title, premiere_date) if title and premiere_date else None

    @property
    def premiere(self) -> tuple[FieldValue, ...]:
        """Return the kind, date and precision of the row's premiere."""
        kind = self.values.get("kind", KINDS[0])
        precision = self.values.get("date_precision", DATE_PRECISIONS[0])
        return kind, self.values.get("premiere_date"), precision

    @property
    def film(self) -> Hashable:
        """Return what the rows of one new movie have in common."""
        return self.external_id or self.key or self.number

    def fault(self, column: str, reason: Message) -> RowFault:
        title = self.values.get("title")
        return RowFault(self.number, column, reason, title=title if isinstance(title, str) else "")


@dataclass(frozen=True)
class CurrentSource:
    """A movie's present poster source: its last address, and whether an upload is shown."""

    url: str | None = None
    uploaded: bool = False


class MovieKey(NamedTuple):
    """By what rows name a movie."""

    id: int
    external_id: str | None
    title: str


class Difference(NamedTuple):
    """One field that a row changes; a tuple, because a file may have 300,000 of them."""

    column: str
    old: FieldValue
    new: FieldValue


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row, the movie and premiere that it means (None: a new one), and what it changes.

    version: the movie's when it was compared. replaces_upload: whether a new address replaces an
    uploaded poster. candidates: the movies between which an admin decides, or has decided.
    """

    row: ImportRow
    movie: MovieKey | None = None
    version: int = 0
    premiere: KnownPremiere | None = None
    changed: tuple[Difference, ...] = ()
    replaces_upload: bool = False
    candidates: tuple[PossibleMovie, ...] = ()

    @property
    def adds_premiere(self) -> bool:
        """Return whether the row is a new premiere, of a new movie or a known one."""
        return self.premiere is None and "premiere_date" in self.row.values

    @property
    def changes_anything(self) -> bool:
        """Return whether importing the row would change anything."""
        return self.movie is None or self.adds_premiere or bool(self.changed)


def compare(
    row: ImportRow,
    movie: KnownMovie,
    premiere: KnownPremiere | None,
    *,
    source: CurrentSource,
    candidates: tuple[PossibleMovie, ...] = (),
) -> MatchedRow:
    """Return what importing the row does to the movie and to that of its premieres."""
    changed = tuple(_differences(row.values, movie, premiere, source))
    new_address = any(each.column == POSTER_URL and each.new for each in changed)
    return MatchedRow(
        row,
        key_of(movie),
        movie.row.version,
        premiere,
        changed,
        replaces_upload=source.uploaded and new_address,
        candidates=candidates,
    )


def key_of(movie: KnownMovie) -> MovieKey:
    """Return by what rows name the movie."""
    return MovieKey(movie.row.id, movie.row.external_id, movie.row.title)


def _differences(
    values: Values, movie: KnownMovie, premiere: KnownPremiere | None, source: CurrentSource
) -> Iterator[Difference]:
    for column, new in values.items():
        if column == POSTER_URL:
            old: FieldValue = source.url
        else:
            old = getattr(premiere if column in PREMIERE_COLUMNS else movie.row, column, None)
        if (old or None) != (new or None):
            yield Difference(column, old, new)


@dataclass(frozen=True)
class MatchedRows:
    """The rows by what importing them does, and the faults of the rows that cannot be imported.

    doubtful: rows that are left out until an admin decides.
    """

    inserts: list[MatchedRow] = field(default_factory=list)
    updates: list[MatchedRow] = field(default_factory=list)
    unchanged: list[MatchedRow] = field(default_factory=list)
    doubtful: list[MatchedRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    def films(self) -> list[list[MatchedRow]]:
        """Return the rows that change anything by their movie: those of one are its premieres."""
        by_movie: defaultdict[Hashable, list[MatchedRow]] = defaultdict(list)
        for matched in (*self.inserts, *self.updates):
            by_movie[matched.movie or matched.row.film].append(matched)
        return list(by_movie.values())


def changes_of(session: Session, films: Sequence[Sequence[MatchedRow]]) -> list[MovieChange]:
    """Return the changes of these films, the known movies loaded and locked.

    A change is made when it is written: 17,470 at once would take 15 MB. Raises StaleDataError
    where a movie or its premiere was changed since it was compared.
    """
    movies = lock_movies(session, [rows[0].movie.id for rows in films if rows[0].movie])
    return [_change(rows, movies) for rows in films]


def _change(rows: Sequence[MatchedRow], movies: Mapping[int, Movie]) -> MovieChange:
    key = rows[0].movie
    movie = movies.get(key.id) if key else None
    if key and (movie is None or movie.version != rows[0].version):
        raise StaleDataError("A movie was changed or deleted since it was compared.")
    values: dict[str, FieldValue] = {}
    for matched in rows:
        values |= {c: v for c, v in matched.row.values.items() if c not in PREMIERE_COLUMNS}
    premieres = {each.id: each for each in movie.premieres} if movie else {}
    changes = [_premiere_change(matched, premieres) for matched in rows]
    return MovieChange(movie, values, premieres=[each for each in changes if each is not None])


def _premiere_change(
    matched: MatchedRow, premieres: Mapping[int, Premiere]
) -> PremiereChange | None:
    """Return the change of the premiere that importing the row makes, None for none."""
    values, meant = matched.row.values, matched.premiere
    plain = {column: values[column] for column in PREMIERE_COLUMNS if column in values}
    if meant is None:
        return PremiereChange(None, plain) if matched.adds_premiere else None
    premiere = premieres.get(meant.id)
    if premiere is None or premiere.version != meant.version:
        raise StaleDataError("A premiere was changed since it was compared.")
    return PremiereChange(premiere, plain)
