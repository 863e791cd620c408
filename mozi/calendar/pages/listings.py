"""Reads the rows behind the pages: movies between two dates, and the premieres around them.

This module sorts the movies of a day, not the database: databases' collations differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.pages.values import Details, FeedMovie, Listing, Move, Neighbour
from mozi.calendar.weeks import FIRST_YEAR, LAST_YEAR
from mozi.errors import MovieNotFound
from mozi.models import DateChange, Movie, Poster
from mozi.posters.status import has_source
from mozi.vocabulary import DATE_PRECISIONS

MOVES_SHOWN = 20

_LAST_MOVE = (
    select(func.max(DateChange.id))
    .where(DateChange.movie_id == Movie.id)
    .correlate(Movie)
    .scalar_subquery()
)
_OTHERS = {
    "has_source": has_source().label("has_source"),
    "old_date": DateChange.old_date,
    "old_precision": DateChange.old_precision,
}


def _columns_of(kind: type[Listing]) -> tuple[Any, ...]:
    names = [field.name for field in fields(kind)]
    return tuple(_OTHERS[name] if name in _OTHERS else getattr(Movie, name) for name in names)


LISTING, DETAILS, FEED = (_columns_of(kind) for kind in (Listing, Details, FeedMovie))


def listings(
    session: Session, first: date, last: date, *conditions: ColumnElement[bool], limit: int
) -> list[Listing]:
    """Return at most limit movies from first to last, in page order."""
    rows = session.execute(
        rows_of(LISTING)
        .where(Movie.premiere_date.between(first, last), *conditions)
        .order_by(Movie.premiere_date, Movie.id)
        .limit(limit)
    )
    return sorted((Listing(**row._mapping) for row in rows), key=page_order)


def rows_of(columns: Sequence[Any]) -> Select[Any]:
    """Return the query of all movies for columns: LISTING, DETAILS or FEED."""
    return (
        select(*columns)
        .select_from(Movie)
        .outerjoin(Poster)
        .outerjoin(DateChange, DateChange.id == _LAST_MOVE)
    )


def get_details(session: Session, movie_id: int) -> Details:
    """Return one movie's row; raises MovieNotFound."""
    row = session.execute(rows_of(DETAILS).where(Movie.id == movie_id)).one_or_none()
    if row is None:
        raise MovieNotFound(movie_id)
    return Details(**row._mapping)


def moves_of(session: Session, movie_id: int) -> tuple[Move, ...]:
    """Return how a movie's date changed, the latest first."""
    columns = [getattr(DateChange, field.name) for field in fields(Move)]
    of_movie = select(*columns).where(DateChange.movie_id == movie_id)
    rows = session.execute(of_movie.order_by(DateChange.id.desc()).limit(MOVES_SHOWN))
    return tuple(Move(**row._mapping) for row in rows)


def dates_around(
    session: Session, first: date, last: date, *conditions: ColumnElement[bool]
) -> tuple[date | None, date | None]:
    """Return the nearest premiere dates before first and after last that have a page."""
    day = Movie.premiere_date
    start, end = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    before = select(func.max(day)).where(day < first, day >= start, *conditions)
    after = select(func.min(day)).where(day > last, day <= end, *conditions)
    earlier, later = session.execute(
        select(before.scalar_subquery(), after.scalar_subquery())
    ).one()
    return earlier, later


def neighbours(session: Session, movie: Details) -> tuple[Neighbour | None, Neighbour | None]:
    """Return the movies before and after movie, in page order.

    One query reads the movies of its date and of the nearest dates on both sides; they are
    sorted here, in Hungarian order.
    """
    day = Movie.premiere_date
    before = select(func.max(day)).where(day < movie.premiere_date).scalar_subquery()
    after = select(func.min(day)).where(day > movie.premiere_date).scalar_subquery()
    rows = session.execute(
        select(Movie.id, Movie.version, Movie.title, day, Movie.date_precision).where(
            or_(day == movie.premiere_date, day == before, day == after)
        )
    )
    around = sorted((Neighbour(**row._mapping) for row in rows), key=page_order)
    place = [other.id for other in around].index(movie.id)
    earlier = around[place - 1] if place > 0 else None
    return earlier, next(iter(around[place + 1 :]), None)


def page_order(movie: Listing | Neighbour) -> tuple[date, int, str, int]:
    """Return the key for order by date, then known days before months and years, then title."""
    precision = DATE_PRECISIONS.index(movie.date_precision)
    return movie.premiere_date, precision, *title_order(movie)


def title_order(movie: Listing | Neighbour) -> tuple[str, int]:
    """Return the key for order by title; equal titles come in the order of their ids."""
    return _kept_sort_key(movie.title), movie.id


# 20 µs the first time; thousands of old films share the first of January.
_kept_sort_key = lru_cache(maxsize=8192)(sort_key)
