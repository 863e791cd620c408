"""Loads what a list can be filtered by: the genres of its movies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.pages.filters import FilterOptions, Filters, has_genre
from mozi.calendar.pages.values import Listing
from mozi.errors import FilterNotFound
from mozi.models import IS_SHOWN, Movie, Premiere


def load_filter_options(
    session: Session,
    filters: Filters,
    movies: Sequence[Listing],
    *,
    among: tuple[date, date] | None = None,
) -> FilterOptions:
    """Return the filter options of a list; movies: the list's.

    The genres are those of movies. Under a filter, where among is given, they are those of all
    movies between its two dates. Raises FilterNotFound where no movie at all has the genre.
    """
    if filters.genre and not movies and not _is_genre(session, filters.genre):
        raise FilterNotFound("genre", filters.genre)
    if not filters or among is None:
        return FilterOptions(filters, genres_of(movie.genres for movie in movies))
    genres = (
        select(Movie.genres)
        .join(Premiere)
        .where(IS_SHOWN, Premiere.premiere_date.between(*among))
        .distinct()
    )
    return FilterOptions(filters, genres_of(session.scalars(genres)))


def genres_of(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return each genre of lists once, in Hungarian order."""
    return tuple(sorted({genre for genres in lists for genre in genres}, key=sort_key))


def _is_genre(session: Session, genre: str) -> bool:
    return bool(session.scalar(select(exists().where(has_genre(genre)))))
