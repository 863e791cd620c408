"""Loads what a list shows: the films it follows, and those to come of the people it follows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mozi.calendar.following.lists import Followed
from mozi.calendar.pages.listings import listings, movie_listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import Card, Listing
from mozi.calendar.weeks import is_to_come
from mozi.models import Movie, MoviePerson, is_main

SHOWN = 200  # films to come of the people


@dataclass(frozen=True)
class FollowedCard:
    """A film of the list. people: the names for which it is there; () if it is followed itself."""

    card: Card
    people: tuple[str, ...]


@dataclass(frozen=True)
class FollowedPerson:
    """A person of the list, with the name as most films write it."""

    slug: str
    name: str


@dataclass(frozen=True)
class FollowedPage:
    """The films to come, the next one first; the followed films of before, the latest first."""

    coming: tuple[FollowedCard, ...]
    past: tuple[FollowedCard, ...]
    people: tuple[FollowedPerson, ...]


def list_page(session: Session, followed: Followed, today: date) -> FollowedPage:
    """Return the list's films and people; unknown ones are left out.

    Call names.ensure_names first: it writes who takes part in which film.
    """
    ids = session.scalars(select(Movie.id).where(followed.has_movie())).all()
    own = movie_listings(session, ids, today)
    theirs = _films_of_people(session, followed, today, without=ids)
    names = _names_by_movie(session, followed.people, [film.id for film in theirs])
    films = sorted([*own, *theirs], key=lambda film: film.premiere_date)
    cards = [FollowedCard(card, names[card.movie.id]) for card in load_cards(session, films)]
    coming = [each for each in cards if is_to_come(each.card.movie, today)]
    past = [each for each in cards if not is_to_come(each.card.movie, today)]
    return FollowedPage(tuple(coming), tuple(reversed(past)), _people(session, followed.people))


def _films_of_people(
    session: Session, followed: Followed, today: date, *, without: Collection[int]
) -> list[Listing]:
    """Return the films to come of the people, the next one first."""
    earliest = today.replace(month=1, day=1)  # of a premiere with only a year that is to come
    conditions = (followed.has_person(), Movie.id.not_in(without), is_main(today))
    films = listings(session, earliest, date.max, *conditions, limit=SHOWN)
    return [film for film in films if is_to_come(film, today)]


def _names_by_movie(
    session: Session, slugs: Collection[str], movie_ids: Collection[int]
) -> Mapping[int, tuple[str, ...]]:
    chosen = (MoviePerson.slug.in_(slugs), MoviePerson.movie_id.in_(movie_ids))
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for movie_id, name in session.execute(
        select(MoviePerson.movie_id, MoviePerson.name).where(*chosen).order_by(MoviePerson.slug)
    ):
        found[movie_id] += (name,)
    return found


def _people(session: Session, slugs: Collection[str]) -> tuple[FollowedPerson, ...]:
    """Return the people, each by the name that most films write."""
    slug, name = MoviePerson.slug, MoviePerson.name
    spelt = select(slug, name, func.count()).where(slug.in_(slugs)).group_by(slug, name)
    by_slug: dict[str, Counter[str]] = defaultdict(Counter)
    for found, written, count in session.execute(spelt.order_by(slug, name)):
        by_slug[found][written] = count
    return tuple(FollowedPerson(each, _usual(names)) for each, names in by_slug.items())


def _usual(names: Counter[str]) -> str:
    return names.most_common(1)[0][0]
