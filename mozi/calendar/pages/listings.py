"""Reads the rows behind the pages: premieres between two dates, and those around them.

This module sorts the movies of a day, not the database: databases' collations differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, extract, func, select
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.pages.values import (
    Details,
    FeedMovie,
    Listing,
    MonthCount,
    Move,
    MoviePremiere,
    Neighbour,
)
from mozi.calendar.weeks import FIRST_YEAR, LAST_YEAR, Month
from mozi.errors import MovieNotFound
from mozi.models import IS_SHOWN, DateChange, Movie, Poster, Premiere, is_main, ran_on
from mozi.posters.status import has_source
from mozi.vocabulary import DATE_PRECISIONS

MOVES_SHOWN = 20
SORTED = 200  # premieres around a movie; some 40 open in a busy week

_LAST_MOVE = (
    select(func.max(DateChange.id))
    .where(DateChange.premiere_id == Premiere.id)
    .correlate(Premiere)
    .scalar_subquery()
)
_OTHERS = {
    "premiere_id": Premiere.id.label("premiere_id"),
    "premiere_version": Premiere.version.label("premiere_version"),
    "status": case((Premiere.removed_at.is_not(None), "cancelled"), else_=Premiere.status).label(
        "status"
    ),
    "has_source": has_source().label("has_source"),
    "old_date": DateChange.old_date,
    "old_precision": DateChange.old_precision,
    "ran_on": ran_on().label("ran_on"),
    "added_at": Premiere.added_at,
    "movie_changed_at": Movie.changed_at.label("movie_changed_at"),
    "premiere_changed_at": Premiere.changed_at.label("premiere_changed_at"),
    **{name: getattr(Premiere, name) for name in ("premiere_date", "date_precision", "kind")},
    "first": Premiere.first,
    "note": Premiere.note,
    "language_version": Premiere.language_version,
    "calendar_id": Premiere.calendar_id,
}


def _columns_of(kind: type[Listing]) -> tuple[Any, ...]:
    """Return a column for each field, in their order: so a value is made of a row as it is."""
    names = [field.name for field in fields(kind)]
    return tuple(_OTHERS[name] if name in _OTHERS else getattr(Movie, name) for name in names)


LISTING, DETAILS, FEED = (_columns_of(kind) for kind in (Listing, Details, FeedMovie))


def listings(
    session: Session, first: date, last: date, *conditions: ColumnElement[bool], limit: int
) -> list[Listing]:
    """Return at most limit premieres from first to last, in page order."""
    within = Premiere.premiere_date.between(first, last)
    rows = session.execute(_LISTED.where(within, *conditions).limit(limit))
    return sorted((Listing(*row) for row in rows), key=page_order)


def movie_listings(
    session: Session, movie_ids: Collection[int], today: date, *, kind: str | None = None
) -> list[Listing]:
    """Return these movies, each by its next premiere from today on, else its latest one.

    kind: looks at the premieres of this kind only.
    """
    rows = session.execute(_listed_movies(today, kind), {"movie_ids": list(movie_ids)})
    return sorted((Listing(*row) for row in rows), key=page_order)


@lru_cache(maxsize=8)
def _listed_movies(today: date, kind: str | None) -> Select[Any]:
    """Return the query of movie_listings, kept: making it takes as long as running it, 1 ms."""
    of_movies = Movie.id.in_(bindparam("movie_ids", expanding=True))
    return rows_of(LISTING).where(IS_SHOWN, of_movies, is_main(today, kind))


def rows_of(columns: Sequence[Any]) -> Select[Any]:
    """Return the query of all premieres, removed ones included: LISTING, DETAILS or FEED."""
    return (
        select(*columns)
        .select_from(Premiere)
        .join(Movie)
        .outerjoin(Poster, Poster.movie_id == Movie.id)
        .outerjoin(DateChange, DateChange.id == _LAST_MOVE)
    )


# Made once: a page has several lists, and each of these steps costs as much as some rows.
_LISTED = rows_of(LISTING).where(IS_SHOWN).order_by(Premiere.premiere_date, Premiere.id)


def get_details(session: Session, movie_id: int, today: date) -> Details:
    """Return a movie by its next premiere, else its latest one; raises MovieNotFound."""
    of_movie = rows_of(DETAILS).where(Movie.id == movie_id, is_main(today))
    row = session.execute(of_movie).one_or_none()
    if row is None:
        raise MovieNotFound(movie_id)
    return Details(*row)


def load_premieres(
    session: Session, movie_ids: Collection[int]
) -> dict[int, tuple[MoviePremiere, ...]]:
    """Return the movies' premieres by date, each with its moves, the latest move first."""
    columns = [getattr(DateChange, field.name) for field in fields(Move)]
    moves: defaultdict[int, list[Move]] = defaultdict(list)
    changes = select(DateChange.premiere_id, *columns).where(DateChange.movie_id.in_(movie_ids))
    for premiere_id, *move in session.execute(changes.order_by(DateChange.id.desc())):
        moves[premiere_id].append(Move(*move))
    own = [field.name for field in fields(MoviePremiere) if field.name != "moves"]
    rows = session.execute(
        select(Premiere.movie_id, *(getattr(Premiere, name) for name in own))
        .where(Premiere.movie_id.in_(movie_ids), IS_SHOWN)
        .order_by(Premiere.premiere_date, Premiere.id)
    )
    found: defaultdict[int, list[MoviePremiere]] = defaultdict(list)
    for movie_id, *values in rows:
        shown = tuple(moves[values[0]][:MOVES_SHOWN])
        found[movie_id].append(MoviePremiere(**dict(zip(own, values, strict=True)), moves=shown))
    return {movie_id: tuple(premieres) for movie_id, premieres in found.items()}


def dates_around(
    session: Session, first: date, last: date, *conditions: ColumnElement[bool]
) -> tuple[date | None, date | None]:
    """Return the nearest premiere dates before first and after last that have a page."""
    day = Premiere.premiere_date
    start, end = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    # Ordered and limited, not max() and min(): a join would make those read all premieres.
    dates = select(day).join(Movie).where(IS_SHOWN, *conditions).limit(1)
    before = dates.where(day < first, day >= start).order_by(day.desc())
    after = dates.where(day > last, day <= end).order_by(day)
    earlier, later = session.execute(
        select(before.scalar_subquery(), after.scalar_subquery())
    ).one()
    return earlier, later


def count_by_month(
    session: Session, year: int, *conditions: ColumnElement[bool]
) -> tuple[MonthCount, ...]:
    """Return the months of the year that have premieres, with their numbers."""
    day, month = Premiere.premiere_date, extract("month", Premiere.premiere_date)
    rows = session.execute(
        select(month, func.count())
        .select_from(Premiere)
        .join(Movie)
        .where(IS_SHOWN, day.between(date(year, 1, 1), date(year, 12, 31)), *conditions)
        .group_by(month)
        .order_by(month)
    )
    return tuple(MonthCount(Month(year, int(number)), films) for number, films in rows)


def neighbours(
    session: Session, movie: Details, today: date
) -> tuple[Neighbour | None, Neighbour | None]:
    """Return the movies before and after movie, in page order, each by its next premiere.

    They are sorted here, in Hungarian order. A date with more than SORTED premieres is in the
    order of their ids, because thousands of old films share the first of January.
    """
    day, number, own = Premiere.premiere_date, Premiere.id, movie.premiere_date
    before = _near(session, day < own, today, day.desc(), number.desc())
    same = _near(session, day == own, today, number)
    if same.is_cut:
        lower = _near(session, (day == own) & (number < movie.premiere_id), today, number.desc())
        upper = _near(session, (day == own) & (number >= movie.premiere_id), today, number)
        same = _Near((*lower.movies, *upper.movies), is_cut=True)
    after = _near(session, day > own, today, day, number)
    around = [*before.on_date(-1), *same.on_date(0), *after.on_date(0)]
    place = [other.id for other in around].index(movie.id)
    earlier = around[place - 1] if place > 0 else None
    return earlier, next(iter(around[place + 1 :]), None)


@dataclass(frozen=True)
class _Near:
    """The movies of some premieres by date and premiere's id; is_cut: there may be more."""

    movies: tuple[Neighbour, ...]
    is_cut: bool

    def on_date(self, place: int) -> list[Neighbour]:
        """Return the movies on the first (0) or last (-1) date, in page order."""
        day = self.movies[place].premiere_date if self.movies else None
        movies = [movie for movie in self.movies if movie.premiere_date == day]
        fills_all = self.is_cut and len(movies) == len(self.movies)
        return movies if fills_all else sorted(movies, key=page_order)


def _near(session: Session, condition: ColumnElement[bool], today: date, *order: Any) -> _Near:
    """Return the movies of the first SORTED + 1 premieres, in that order, that stand for them.

    PostgreSQL expects very few premieres to stand for their movies: without the inner limit it
    looks at all of them, for seconds.
    """
    some = select(Premiere.id).where(IS_SHOWN, condition).order_by(*order).limit(SORTED + 1)
    ids = list(session.scalars(some))
    columns = (Movie.id, Movie.version, Movie.title, Premiere.premiere_date)
    rows = session.execute(
        select(*columns, Premiere.date_precision)
        .select_from(Premiere)
        .join(Movie)
        .where(Premiere.id.in_(ids), is_main(today))
        .order_by(Premiere.premiere_date, Premiere.id)
    )
    return _Near(tuple(Neighbour(**row._mapping) for row in rows), len(ids) > SORTED)


def page_order(movie: Listing | Neighbour) -> tuple[date, int, str, int]:
    """Return the key for order by date, then known days before months and years, then title."""
    precision = DATE_PRECISIONS.index(movie.date_precision)
    return movie.premiere_date, precision, *title_order(movie)


def title_order(movie: Listing | Neighbour) -> tuple[str, int]:
    """Return the key for order by title; equal titles come in the order of their ids."""
    return _kept_sort_key(movie.title), movie.id


# 20 µs the first time; thousands of old films share the first of January.
_kept_sort_key = lru_cache(maxsize=8192)(sort_key)
