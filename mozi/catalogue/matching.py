"""Matches a film of TMDB with a movie: the same title, and a premiere close by. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mozi.calendar.search.text import fold
from mozi.catalogue.tmdb.films import TmdbFilm

CLOSE_BY = timedelta(days=14)


@dataclass(frozen=True)
class UnlinkedMovie:
    """A movie that no film of TMDB is linked with. days: of its premieres."""

    movie_id: int
    titles: tuple[str, ...]
    days: tuple[date, ...]


def titles_of(film: TmdbFilm) -> frozenset[str]:
    """Return the film's title and original title, without accents and capitals."""
    named = (film.values.get("title"), film.values.get("original_title"))
    return frozenset(fold(str(title)) for title in named if title)


def find_match(film: TmdbFilm, candidates: Iterable[UnlinkedMovie]) -> int | None:
    """Return the movie that is the film: of several the one with the nearest premiere."""
    titles = titles_of(film)
    days = [premiere.day for premiere in film.premieres]
    near = [
        (distance, each.movie_id)
        for each in candidates
        if titles & {fold(title) for title in each.titles}
        and (distance := _distance(days, each.days)) <= CLOSE_BY
    ]
    return min(near)[1] if near else None


def _distance(some: Sequence[date], others: Sequence[date]) -> timedelta:
    return min((abs(a - b) for a in some for b in others), default=timedelta.max)
