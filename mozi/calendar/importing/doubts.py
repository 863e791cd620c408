"""Rows that may mean a movie of another date: an admin decides about each.

A row that means no known movie is in doubt where a movie has its title, or where one's title is
the other's original title, at whatever date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.fields import FieldValue, Values
from mozi.calendar.importing.known import KnownMovie, KnownPremiere, load_known
from mozi.calendar.search.text import fold
from mozi.database import in_chunks
from mozi.database.among import is_among
from mozi.models import Movie, MovieName
from mozi.vocabulary import KINDS

MOVE, ADD, NEW = ACTS = ("move", "add", "new")
SHOWN = 3


@dataclass(frozen=True)
class Pick:
    """The decision on a row: the movie moves, gets one more premiere, or the row is a new movie."""

    act: str
    movie_id: int | None = None


@dataclass(frozen=True)
class PossibleMovie:
    """A movie that a row may mean, with the premiere that would move."""

    movie_id: int
    title: str
    premiere_date: date
    date_precision: str


def find_candidates(session: Session, rows: Mapping[int, Values]) -> dict[int, list[KnownMovie]]:
    """Return the movies that each row may mean, the nearest date first; rows: by number."""
    by_title: defaultdict[str, list[KnownMovie]] = defaultdict(list)
    names = {name: fold(name) for values in rows.values() for name in _names(values)}
    for movie in load_known(session, sorted(_named(session, names))).values():
        for name in {fold(movie.row.title), fold(movie.row.original_title or "")} - {""}:
            by_title[name].append(movie)
    found = {}
    for number, values in rows.items():
        movies = {m.row.id: m for name in _names(values) for m in by_title[names[name]]}
        possible = [movie for movie in movies.values() if _may_be(movie, values)]
        if possible:
            possible.sort(key=lambda movie: (_days(movie, values), movie.row.id))
            found[number] = possible[:SHOWN]
    return found


def _names(values: Values) -> list[str]:
    return [str(values[c]) for c in ("title", "original_title") if values.get(c)]


def _named(session: Session, names: Mapping[str, str]) -> set[int]:
    """Return the movies of these titles, folded, or of these original titles as they are written.

    A movie whose folded title is not filled in yet is found by its title as it is written.
    """
    ids: set[int] = set()
    for chunk in in_chunks(sorted({*names.values()} - {""})):
        folded = is_among(session, MovieName.folded, chunk)
        ids.update(session.scalars(select(MovieName.movie_id).where(folded)))
    for chunk in in_chunks(sorted(names)):
        for column in (Movie.title, Movie.original_title):
            ids.update(session.scalars(select(Movie.id).where(is_among(session, column, chunk))))
    return ids


def _may_be(movie: KnownMovie, values: Values) -> bool:
    """Return whether the two may be one; different external ids say that they are not.

    Two films may share an original title alone, so one of the names must be a title.
    """
    ids = (movie.row.external_id, values.get("external_id"))
    if all(ids) and ids[0] != ids[1]:
        return False
    title, row_title = fold(movie.row.title), fold(str(values.get("title") or ""))
    originals = (
        fold(movie.row.original_title or ""),
        fold(str(values.get("original_title") or "")),
    )
    return title == row_title or title == originals[1] or row_title == originals[0]


def _days(movie: KnownMovie, values: Values) -> int:
    return min(_distance(premiere, values) for premiere in movie.premieres)


def _distance(premiere: KnownPremiere, values: Values) -> int:
    day = values.get("premiere_date")
    return abs((premiere.premiere_date - day).days) if isinstance(day, date) else 0


def candidate_of(movie: KnownMovie, values: Values) -> PossibleMovie:
    """Return the movie as the preview shows it."""
    premiere = moving_premiere(movie, values)
    named = (movie.row.id, movie.row.title)
    return PossibleMovie(*named, premiere.premiere_date, premiere.date_precision)


def moving_premiere(movie: KnownMovie, values: Values) -> KnownPremiere:
    """Return the premiere that a row moves: the nearest of its kind, else the nearest of all."""
    kind: FieldValue = values.get("kind", KINDS[0])
    return min(movie.premieres, key=lambda p: (p.kind != kind, _distance(p, values), p.id))
