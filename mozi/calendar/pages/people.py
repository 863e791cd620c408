"""Loads a person's films: those that a director or an actor takes part in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mozi.calendar.pages.listings import movie_listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import PersonPage
from mozi.calendar.weeks import is_to_come
from mozi.errors import PersonNotFound
from mozi.models import IS_SHOWN, Movie, MoviePerson, Premiere, is_main

MOST = 500  # films that are looked at: the busiest actors of a century have some 400
PER_PAGE = 48
LAST_PAGE = -(-MOST // PER_PAGE)


def person_page(session: Session, slug: str, today: date, number: int = 1) -> PersonPage:
    """Return a page of the person's films, those to come first; raises PersonNotFound.

    Call names.ensure_names first: it writes who takes part in which film.
    """
    name = person_name(session, slug)
    ids = _ids(session, slug, today)
    shown = ids[(number - 1) * PER_PAGE : number * PER_PAGE]
    cards = load_cards(session, movie_listings(session, shown, today))
    coming = [card for card in cards if is_to_come(card.movie, today)]
    past = [card for card in cards if not is_to_come(card.movie, today)]
    return PersonPage(
        slug=slug,
        name=name,
        coming=tuple(coming),
        past=tuple(reversed(past)),
        number=number,
        has_more=len(ids) > number * PER_PAGE,
        cut=len(ids) == MOST and number == LAST_PAGE,
    )


def _ids(session: Session, slug: str, today: date) -> list[int]:
    """Return the ids of the person's films: those to come by date, then the latest first."""
    own = select(MoviePerson.movie_id).where(MoviePerson.slug == slug)
    newest = own.order_by(MoviePerson.movie_id.desc()).limit(MOST)
    rows = session.execute(
        select(Movie.id, Premiere.premiere_date, Premiere.date_precision)
        .join(Premiere)
        .where(Movie.id.in_(newest), IS_SHOWN, is_main(today))
        .order_by(Premiere.premiere_date, Premiere.id)
    ).all()
    coming = [row.id for row in rows if is_to_come(row, today)]
    past = [row.id for row in rows if not is_to_come(row, today)]
    return [*coming, *reversed(past)]


def person_name(session: Session, slug: str) -> str:
    """Return the person's name as most films write it; raises PersonNotFound."""
    name, count = MoviePerson.name, func.count()
    spelt = select(name).where(MoviePerson.slug == slug).group_by(name)
    found = session.scalars(spelt.order_by(count.desc(), name).limit(1)).first()
    if found is None:
        raise PersonNotFound(slug)
    return found


def has_person(slug: str) -> ColumnElement[bool]:
    """Return the condition that a movie names this person."""
    return Movie.id.in_(select(MoviePerson.movie_id).where(MoviePerson.slug == slug))
