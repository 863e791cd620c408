"""Matches the rows of an import file with movies, and decides whether a row changes anything.

A row means the movie with its external_id, else the movie with its title and premiere date. A
row with an unknown external_id means only a movie that has none, and gives it that id. A row that
means none is a new movie, unless an admin decides about rows in doubt (doubts.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mozi.calendar.editing.changes import POSTER_URL
from mozi.calendar.fields import PREMIERE_COLUMNS, REQUIRED, FieldValue
from mozi.calendar.importing.doubts import (
    MOVE,
    NEW,
    Pick,
    PossibleMovie,
    candidate_of,
    find_candidates,
    moving_premiere,
)
from mozi.calendar.importing.known import KnownMovie, load_known
from mozi.calendar.importing.matched import (
    CurrentSource,
    ImportRow,
    Key,
    MatchedRow,
    MatchedRows,
    MovieKey,
    compare,
    key_of,
)
from mozi.calendar.importing.premieres import meant_premieres, premiere_of_day
from mozi.calendar.merges import find_merged_into
from mozi.calendar.messages import CalendarMessage, InvalidValue
from mozi.database import in_chunks
from mozi.database.among import is_among
from mozi.errors import RowFault
from mozi.models import MergedMovie, Movie, Poster, Premiere


def find_duplicate_rows(rows: Sequence[ImportRow]) -> list[RowFault]:
    """Return a fault for every row that means the same premiere as another row of the file.

    All of them are refused, because the program cannot know which one is right. Two films may
    share title and date (real lists hold such pairs) if each has its own external_id.
    """
    by_id = _groups(rows, lambda row: row.external_id and (row.external_id, *row.premiere))
    by_key = [
        group
        for group in _groups(rows, lambda row: row.key and (row.key, *row.premiere))
        if not all(row.external_id for row in group)
    ]
    return [
        *_duplicate_faults(by_id, "external_id", "same_id"),
        *_duplicate_faults(by_key, "title", "same_title_and_date"),
    ]


def _groups(
    rows: Iterable[ImportRow], key_of: Callable[[ImportRow], Hashable]
) -> list[list[ImportRow]]:
    groups: defaultdict[Hashable, list[ImportRow]] = defaultdict(list)
    for row in rows:
        groups[key_of(row)].append(row)
    return [group for key, group in groups.items() if key and len(group) > 1]


def _duplicate_faults(
    groups: Iterable[Sequence[ImportRow]], column: str, code: str
) -> Iterator[RowFault]:
    for group in groups:
        for row in group:
            other = group[1] if row is group[0] else group[0]
            yield row.fault(column, CalendarMessage(code, row=other.number))


def match_rows(
    session: Session, rows: Sequence[ImportRow], *, picks: Mapping[int, Pick] | None = None
) -> MatchedRows:
    """Return the rows matched with the movies in the database, which are read in chunks.

    picks: an admin's decisions by row number; None: no row is in doubt.
    """
    matched = MatchedRows()
    movies = _Movies(session, rows)
    found: defaultdict[int, list[ImportRow]] = defaultdict(list)
    new: list[ImportRow] = []
    for row in rows:
        try:
            movie_id = movies.claim(row)
        except InvalidValue as error:
            matched.faults.append(row.fault("", error.message))
            continue
        if movie_id is not None:
            found[movie_id].append(movies.as_meant(row))
        elif missing := [column for column in REQUIRED if column not in row.values]:
            reason = CalendarMessage("needed_for_new")
            matched.faults.extend(row.fault(column, reason) for column in missing)
        else:
            new.append(row)
    meant = _match_known(session, found, matched)
    if picks is None:
        matched.inserts.extend(map(MatchedRow, new))
    else:
        _decide(session, new, matched, picks=picks, meant=meant)
    return matched


def _match_known(
    session: Session, found: Mapping[int, Sequence[ImportRow]], matched: MatchedRows
) -> dict[int, int]:
    """Add the rows of known movies to matched; return the premieres that they mean, and the row."""
    taken: dict[int, int] = {}
    for ids in in_chunks(found):
        sources = _sources(session, {movie_id: found[movie_id] for movie_id in ids})
        movies = load_known(session, ids)
        if len(movies) < len(ids):
            raise StaleDataError("A movie was deleted since its key was read.")
        for movie_id in ids:
            source = sources.get(movie_id, CurrentSource())
            _match_rows_of(movies[movie_id], found[movie_id], matched, taken, source=source)
    return taken


def _match_rows_of(
    movie: KnownMovie,
    rows: Sequence[ImportRow],
    matched: MatchedRows,
    taken: dict[int, int],
    *,
    source: CurrentSource,
) -> None:
    """Add the rows of one known movie to matched, and the premieres that they mean to taken."""
    rows = sorted(rows, key=lambda row: row.is_part)
    meant = meant_premieres(movie.premieres, {row.number: row.values for row in rows})
    key = key_of(movie)
    for row in rows:
        if (other := meant.twice.get(row.number)) is not None and row.is_part:
            matched.unchanged.append(MatchedRow(row, key))
            continue
        if other is not None:
            matched.faults.append(row.fault("", CalendarMessage("same_premiere", row=other)))
            continue
        each = compare(row, movie, meant.premieres[row.number], source=source)
        if each.changes_anything:
            matched.updates.append(each)
        else:
            matched.unchanged.append(MatchedRow(row, key))
        if each.premiere is not None:
            taken[each.premiere.id] = row.number


def _decide(
    session: Session,
    rows: Sequence[ImportRow],
    matched: MatchedRows,
    *,
    picks: Mapping[int, Pick],
    meant: dict[int, int],
) -> None:
    """Add the rows of no known movie to matched, as the admin decided about them.

    meant: the premieres that other rows mean, with the row's number.
    """
    for chunk in in_chunks(rows):
        found = find_candidates(session, {row.number: row.values for row in chunk})
        picked = {n: _picked(movies, picks.get(n)) for n, movies in found.items()}
        sources = _sources(session, {m.row.id: [r] for r in chunk if (m := picked.get(r.number))})
        for row in chunk:
            movies, pick = found.get(row.number, []), picks.get(row.number)
            shown = tuple(candidate_of(movie, row.values) for movie in movies)
            if (movie := picked.get(row.number)) is not None and pick is not None:
                source = sources.get(movie.row.id, CurrentSource())
                each = _of_movie(row, movie, pick, source=source, candidates=shown)
                _match_decided(each, matched, meant)
            elif movies and (pick is None or pick.act != NEW):
                matched.doubtful.append(MatchedRow(row, candidates=shown))
            else:
                matched.inserts.append(MatchedRow(row, candidates=shown))


def _match_decided(each: MatchedRow, matched: MatchedRows, meant: dict[int, int]) -> None:
    """Add the row to matched, unless another one means its premiere."""
    number = each.row.number
    other = meant.setdefault(each.premiere.id, number) if each.premiere is not None else number
    if other != number:
        matched.faults.append(each.row.fault("", CalendarMessage("same_premiere", row=other)))
        return
    (matched.updates if each.changes_anything else matched.unchanged).append(each)


def _picked(candidates: Sequence[KnownMovie], pick: Pick | None) -> KnownMovie | None:
    if pick is None or pick.act == NEW:
        return None
    return next((movie for movie in candidates if movie.row.id == pick.movie_id), None)


def _of_movie(
    row: ImportRow,
    movie: KnownMovie,
    pick: Pick,
    *,
    source: CurrentSource,
    candidates: tuple[PossibleMovie, ...],
) -> MatchedRow:
    """Return the row as one of the movie, whose title stays."""
    values = {column: value for column, value in row.values.items() if column != "title"}
    premiere = premiere_of_day(movie.premieres, values)
    if premiere is None and pick.act == MOVE:
        premiere = moving_premiere(movie, values)
    own = ImportRow(row.number, values)
    return compare(own, movie, premiere, source=source, candidates=candidates)


class _Movies:
    """The keys of the movies that rows may mean."""

    def __init__(self, session: Session, rows: Sequence[ImportRow]) -> None:
        ids = {row.external_id for row in rows if row.external_id}
        self.by_id: dict[FieldValue, MovieKey] = {
            key.external_id: key for key in _look_up(session, _KEYS, Movie.external_id, ids)
        }
        titles = {row.key[0] for row in rows if row.key and row.external_id not in self.by_id}
        self.by_key: defaultdict[Key, list[MovieKey]] = defaultdict(list)
        for *key, day in _look_up(session, _KEYS_AND_DAYS, Movie.title, titles):
            self.by_key[key[-1], day].append(MovieKey(*key))
        self.merged = _look_up_merged(session, ids - self.by_id.keys())
        self.claimed: dict[int, FieldValue] = {}  # a row's external_id by its movie's id

    def claim(self, row: ImportRow) -> int | None:
        """Return the row's movie, None for a new one; raises InvalidValue if that is unclear."""
        candidates = self._candidates(row)
        if len(candidates) > 1:
            raise InvalidValue("ambiguous", count=len(candidates))
        if not candidates:
            return None
        [movie] = candidates
        self.claimed.setdefault(movie.id, row.external_id)
        return movie.id

    def as_meant(self, row: ImportRow) -> ImportRow:
        """Return the row; a merged movie's means a premiere only, so the movie's values go.

        Its title would else be taken in turns with that of the movie which it is part of.
        """
        if row.external_id not in self.merged:
            return row
        own = {c: v for c, v in row.values.items() if c in PREMIERE_COLUMNS}
        return ImportRow(row.number, own, is_part=True)

    def _candidates(self, row: ImportRow) -> list[MovieKey]:
        named = self.by_id.get(row.external_id) or self.merged.get(row.external_id)
        by_id = named if row.external_id else None
        if by_id is not None:
            return [by_id]
        by_key = self.by_key.get(row.key, []) if row.key else []
        without_id = [movie for movie in by_key if movie.external_id is None]
        if row.external_id:
            claimed = self.claimed
            return [m for m in without_id if claimed.get(m.id, row.external_id) == row.external_id]
        return without_id or by_key


_KEYS = select(Movie.id, Movie.external_id, Movie.title)
_SHOWN = (Premiere.movie_id == Movie.id) & Premiere.removed_at.is_(None)
_KEYS_AND_DAYS = _KEYS.add_columns(Premiere.premiere_date).join(Premiere, _SHOWN).distinct()


def _look_up(
    session: Session, query: Any, column: Any, values: Iterable[FieldValue]
) -> Iterator[Any]:
    for chunk in in_chunks(sorted(values, key=str)):
        yield from session.execute(query.where(is_among(session, column, chunk)))


def _look_up_merged(session: Session, ids: Iterable[FieldValue]) -> dict[FieldValue, MovieKey]:
    """Return the movies that those with these external_ids were merged into."""
    merged = select(MergedMovie.external_id, MergedMovie.movie_id)
    into = {
        external_id: find_merged_into(session, movie_id) or movie_id
        for external_id, movie_id in _look_up(session, merged, MergedMovie.external_id, ids)
    }
    found = _look_up(session, _KEYS, Movie.id, set(into.values()))
    movies = {row.id: MovieKey(*row) for row in found}
    return {each: movies[movie_id] for each, movie_id in into.items() if movie_id in movies}


def _sources(
    session: Session, found: Mapping[int, Sequence[ImportRow]]
) -> dict[int, CurrentSource]:
    """Return the posters' sources of those movies whose rows have the column."""
    ids = [each for each, rows in found.items() if any(POSTER_URL in row.values for row in rows)]
    columns = select(Poster.movie_id, Poster.source_url, Poster.uploaded)
    rows = _look_up(session, columns, Poster.movie_id, ids)
    return {row.movie_id: CurrentSource(row.source_url, row.uploaded) for row in rows}
