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
from mozi.models import Movie, MoviePerson

SHOWN = 500  # films: the busiest actors of a century have some 400


def person_page(session: Session, slug: str, today: date) -> PersonPage:
    """Return the person's films, the next one first; raises PersonNotFound.

    Call names.ensure_names first: it writes who takes part in which film.
    """
    own = select(MoviePerson.movie_id).where(MoviePerson.slug == slug)
    ids = session.scalars(own.order_by(MoviePerson.movie_id.desc()).limit(SHOWN + 1)).all()
    if not ids:
        raise PersonNotFound(slug)
    cards = load_cards(session, movie_listings(session, ids[:SHOWN], today))
    coming = [card for card in cards if is_to_come(card.movie, today)]
    past = [card for card in cards if not is_to_come(card.movie, today)]
    return PersonPage(
        slug=slug,
        name=person_name(session, slug),
        coming=tuple(coming),
        past=tuple(reversed(past)),
        cut=len(ids) > SHOWN,
    )


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
