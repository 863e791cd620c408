"""Which movie a row of an import file means, and whether the row says anything new.

The movie with the row's external_id, else the one with its title and premiere date. A row with
an unknown external_id takes only a movie that has none yet, and so gives it one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.editing.changes import POSTER_URL, MovieChange, Values, differs
from mozi.calendar.fields import REQUIRED, FieldValue
from mozi.calendar.messages import CalendarMessage, InvalidValue
from mozi.errors import RowFault
from mozi.messages import Message
from mozi.models import Movie, Poster

T = TypeVar("T")
Key = tuple[FieldValue, FieldValue]

# Parameters a statement; SQLite before 3.32 takes 999.
CHUNK = 500


@dataclass(frozen=True)
class ImportRow:
    """A row's checked values, by column; only the columns that it has."""

    number: int
    values: Values

    @property
    def external_id(self) -> FieldValue:
        return self.values.get("external_id")

    @property
    def key(self) -> Key | None:
        """The title and the premiere date, where the row has both."""
        title, premiere_date = (self.values.get(column) for column in REQUIRED)
        return (title, premiere_date) if title and premiere_date else None

    def fault(self, column: str, reason: Message) -> RowFault:
        title = self.values.get("title")
        return RowFault(self.number, column, reason, title=title if isinstance(title, str) else "")


@dataclass(frozen=True)
class CurrentSource:
    """Where a movie's poster comes from: the address given last, and whether an upload is shown."""

    url: str | None = None
    uploaded: bool = False


@dataclass(frozen=True)
class MatchedRow:
    """A row with the movie that it means, None for a new one, and that movie's poster."""

    row: ImportRow
    movie: Movie | None = None
    source: CurrentSource = CurrentSource()

    @property
    def change(self) -> MovieChange:
        """Return what the row writes."""
        return MovieChange(self.movie, self.row.values)

    @property
    def has_new_address(self) -> bool:
        """Return whether the row gives the poster another address, or takes its address away."""
        values = self.row.values
        return POSTER_URL in values and values[POSTER_URL] != self.source.url

    @property
    def says_anything_new(self) -> bool:
        """Return whether writing the row would change anything."""
        if self.movie is None:
            return True
        return differs(self.movie, self.row.values) or self.has_new_address


@dataclass(frozen=True)
class MatchedRows:
    """What is to be written; the rows that say nothing new; what is wrong with the others."""

    inserts: list[MatchedRow] = field(default_factory=list)
    updates: list[MatchedRow] = field(default_factory=list)
    unchanged: list[MatchedRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def changes(self) -> list[MovieChange]:
        """Return all that is to be written."""
        return [each.change for each in (*self.inserts, *self.updates)]


def find_duplicate_rows(rows: Sequence[ImportRow]) -> list[RowFault]:
    """Return a fault for every row that means the same movie as another row of the file.

    Two films may share title and date (films.csv has three such pairs) where each has its own
    external_id. Which row of several is right nobody can tell, so each of them is refused.
    """
    by_id = _groups(rows, lambda row: row.external_id)
    by_key = [
        group
        for group in _groups(rows, lambda row: row.key)
        if not all(row.external_id for row in group)
    ]
    return [
        *_repetitions(by_id, "external_id", "same_id"),
        *_repetitions(by_key, "title", "same_title_and_date"),
    ]


def _groups(
    rows: Iterable[ImportRow], key_of: Callable[[ImportRow], Hashable]
) -> list[list[ImportRow]]:
    groups: defaultdict[Hashable, list[ImportRow]] = defaultdict(list)
    for row in rows:
        groups[key_of(row)].append(row)
    return [group for key, group in groups.items() if key and len(group) > 1]


def _repetitions(
    groups: Iterable[Sequence[ImportRow]], column: str, code: str
) -> Iterator[RowFault]:
    for group in groups:
        for row in group:
            other = group[1] if row is group[0] else group[0]
            yield row.fault(column, CalendarMessage(code, row=other.number))


def match_rows(session: Session, rows: Sequence[ImportRow]) -> MatchedRows:
    """Return what the rows mean for the movies that there are, looked up some hundred at a time."""
    matched = MatchedRows()
    movies = _Movies(session, rows)
    found: list[tuple[ImportRow, Movie]] = []
    for row in rows:
        try:
            movie = movies.take(row)
        except InvalidValue as error:
            matched.faults.append(row.fault("", error.message))
            continue
        if movie is not None:
            found.append((row, movie))
        elif missing := [column for column in REQUIRED if column not in row.values]:
            reason = CalendarMessage("needed_for_new")
            matched.faults.extend(row.fault(column, reason) for column in missing)
        else:
            matched.inserts.append(MatchedRow(row))
    sources = _sources(session, found)
    for row, movie in found:
        each = MatchedRow(row, movie, sources.get(movie.id, CurrentSource()))
        (matched.updates if each.says_anything_new else matched.unchanged).append(each)
    return matched


class _Movies:
    """The movies that rows may mean; each is taken by one row."""

    def __init__(self, session: Session, rows: Sequence[ImportRow]) -> None:
        ids = {row.external_id for row in rows if row.external_id}
        self.by_id: dict[FieldValue, Movie] = {
            movie.external_id: movie for movie in _look_up(session, Movie.external_id, ids)
        }
        titles = {row.key[0] for row in rows if row.key and row.external_id not in self.by_id}
        self.by_key: defaultdict[Key, list[Movie]] = defaultdict(list)
        for movie in _look_up(session, Movie.title, titles):
            self.by_key[movie.title, movie.premiere_date].append(movie)
        self.taken: dict[int, int] = {}

    def take(self, row: ImportRow) -> Movie | None:
        """Return the row's movie, None for a new one; InvalidValue says why it cannot be told."""
        candidates = self._candidates(row)
        if len(candidates) > 1:
            raise InvalidValue("ambiguous", count=len(candidates))
        if not candidates:
            return None
        [movie] = candidates
        if movie.id in self.taken:
            raise InvalidValue("same_movie", row=self.taken[movie.id])
        self.taken[movie.id] = row.number
        return movie

    def _candidates(self, row: ImportRow) -> list[Movie]:
        by_id = self.by_id.get(row.external_id) if row.external_id else None
        if by_id is not None:
            return [by_id]
        by_key = self.by_key.get(row.key, []) if row.key else []
        without_id = [movie for movie in by_key if movie.external_id is None]
        if row.external_id:
            return [movie for movie in without_id if movie.id not in self.taken]
        return without_id or by_key


def _look_up(session: Session, column: Any, values: Iterable[FieldValue]) -> list[Movie]:
    found: list[Movie] = []
    for chunk in _chunks(sorted(values, key=str)):
        found += session.scalars(select(Movie).where(column.in_(chunk)))
    return found


def _sources(
    session: Session, found: Iterable[tuple[ImportRow, Movie]]
) -> dict[int, CurrentSource]:
    ids = [movie.id for row, movie in found if POSTER_URL in row.values]
    sources: dict[int, CurrentSource] = {}
    for chunk in _chunks(ids):
        columns = (Poster.movie_id, Poster.source_url, Poster.uploaded)
        rows = session.execute(select(*columns).where(Poster.movie_id.in_(chunk)))
        sources.update((row.movie_id, CurrentSource(row.source_url, row.uploaded)) for row in rows)
    return sources


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
