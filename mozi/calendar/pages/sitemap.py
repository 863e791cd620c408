"""Loads the site's pages for the sitemap: all movies, and the months that have premieres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, extract, func, select
from sqlalchemy.orm import Session

from mozi.calendar.weeks import FIRST_YEAR, LAST_YEAR, Month
from mozi.models import HAS_MONTH, IS_SHOWN, Movie, PosterVariant, Premiere
from mozi.posters.recipes import POSTER


@dataclass(frozen=True)
class SitemapMovie:
    """A movie's page. poster: its picture's address, None where it is not built."""

    id: int
    title: str
    changed_at: datetime | None
    poster: str | None


@dataclass(frozen=True)
class SitemapPart:
    """A part of all pages. months: oldest first, in the first part only."""

    months: tuple[Month, ...]
    movies: tuple[SitemapMovie, ...]


def count_movies(session: Session) -> int:
    """Return the number of movies."""
    return session.scalar(select(func.count()).select_from(Movie)) or 0


def find_months(session: Session) -> tuple[Month, ...]:
    """Return the months that have premieres and a page."""
    day = Premiere.premiere_date
    months = (extract("year", day), extract("month", day))
    within = day.between(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    rows = session.execute(
        select(*months).where(IS_SHOWN, within, HAS_MONTH).distinct().order_by(*months)
    )
    return tuple(Month(int(year), int(month)) for year, month in rows)


def load_sitemap_movies(session: Session, *, offset: int, limit: int) -> tuple[SitemapMovie, ...]:
    """Return limit movies after the first offset ones, in the order of their ids."""
    latest = (
        select(func.max(Premiere.changed_at)).where(Premiere.movie_id == Movie.id).scalar_subquery()
    )
    of_movie = and_(PosterVariant.movie_id == Movie.id, PosterVariant.media == POSTER.media)
    rows = session.execute(
        select(Movie.id, Movie.title, Movie.changed_at, latest, PosterVariant.url)
        .outerjoin(PosterVariant, of_movie)
        .order_by(Movie.id)
        .offset(offset)
        .limit(limit)
    )
    return tuple(
        SitemapMovie(movie_id, title, max(filter(None, moments), default=None), url)
        for movie_id, title, *moments, url in rows
    )
