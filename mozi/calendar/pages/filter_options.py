"""What the lists can be filtered by: the genres of the movies that are on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.pages.filters import FilterOptions, Filters, has_genre
from mozi.calendar.pages.values import Listing
from mozi.errors import FilterNotFound
from mozi.models import Movie


def load_filter_options(
    session: Session,
    filters: Filters,
    movies: Sequence[Listing],
    *,
    among: tuple[date, date] | None = None,
) -> FilterOptions:
    """Return what a list can be filtered by; movies: what is on it.

    Its genres are theirs; under a filter they are those of all movies between the two dates of
    among, where they are given. Raises FilterNotFound where no movie at all has the genre.
    """
    if filters.genre and not movies and not _is_genre(session, filters.genre):
        raise FilterNotFound("genre", filters.genre)
    if not filters or among is None:
        return FilterOptions(filters, genres_of(movie.genres for movie in movies))
    some = select(Movie.genres).where(Movie.premiere_date.between(*among)).distinct()
    return FilterOptions(filters, genres_of(session.scalars(some)))


def genres_of(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return the genres of some movies, each once, in Hungarian order."""
    return tuple(sorted({genre for genres in lists for genre in genres}, key=sort_key))


def _is_genre(session: Session, genre: str) -> bool:
    return bool(session.scalar(select(exists().where(has_genre(genre)))))
