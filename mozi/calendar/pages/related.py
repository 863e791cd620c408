"""Loads the films that a film's page offers next: of its directors, and of its genres."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mozi.calendar.pages.listings import movie_listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import Details, Listing, Related
from mozi.calendar.weeks import is_to_come
from mozi.models import IS_SHOWN, MovieGenre, MoviePerson, Premiere

MOST = 6  # of each: a row of a wide screen
LOOKED_AT = 60  # films of the directors
BEFORE, AFTER = timedelta(weeks=8), timedelta(weeks=16)  # what one can see now or soon


def load_related(session: Session, movie: Details, today: date) -> Related:
    """Return the films nearest to today, none of them in both groups."""
    theirs = set(session.scalars(_of_directors(movie)).all()) - {movie.id}
    alike = session.scalars(_of_genres(movie, today, without={movie.id, *theirs})).all()
    films = _nearest_first(movie_listings(session, {*theirs, *alike}, today), today)
    shown = [film for film in films if film.id in theirs][:MOST]
    cards = load_cards(session, [*shown, *(film for film in films if film.id in alike)])
    return Related(tuple(cards[: len(shown)]), tuple(cards[len(shown) :]))


def _nearest_first(films: Sequence[Listing], today: date) -> list[Listing]:
    """Return the films to come, the next one first, then the others, the latest first."""
    coming = [film for film in films if is_to_come(film, today)]
    past = [film for film in films if not is_to_come(film, today)]
    return [*coming, *reversed(past)]


def _of_directors(movie: Details) -> Select[Any]:
    """Return the query of the films that name one of the movie's directors, the newest first."""
    own = (MoviePerson.movie_id == movie.id, MoviePerson.name.in_(movie.director))
    theirs = MoviePerson.slug.in_(select(MoviePerson.slug).where(*own))
    newest = MoviePerson.movie_id.desc()
    return select(MoviePerson.movie_id).where(theirs).distinct().order_by(newest).limit(LOOKED_AT)


def _of_genres(movie: Details, today: date, *, without: Collection[int]) -> Select[Any]:
    """Return the query of the films of these weeks with most of the movie's genres."""
    near = Premiere.premiere_date.between(today - BEFORE, today + AFTER)
    return (
        select(MovieGenre.movie_id)
        .join(Premiere, Premiere.movie_id == MovieGenre.movie_id)
        .where(MovieGenre.genre.in_(movie.genres), MovieGenre.movie_id.not_in(without))
        .where(IS_SHOWN, near, Premiere.date_precision == "day")
        .group_by(MovieGenre.movie_id)
        .order_by(func.count(MovieGenre.genre.distinct()).desc(), MovieGenre.movie_id)
        .limit(MOST)
    )
