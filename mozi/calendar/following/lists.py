"""Keeps the lists that browsers follow: made, replaced, read and forgotten by their token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from mozi.errors import ListNotFound
from mozi.models import FollowedList, MergedMovie, Movie, MoviePerson

MOST_MOVIES = 300
MOST_PEOPLE = 100
MOST_LISTS = 100_000  # some 300 MB if each is full
KEPT_DAYS = 400  # without a read
TOKEN_BYTES = 16


@dataclass(frozen=True)
class Followed:
    """The ids of the movies and the slugs of the people that a list follows."""

    movies: tuple[int, ...]
    people: tuple[str, ...]

    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a movie is followed, by itself or by one of its people."""
        return or_(self.has_movie(), self.has_person())

    def has_movie(self) -> ColumnElement[bool]:
        """Return the condition that a movie is in the list, or that one of the list became it.

        An editor may have merged that one into the movie.
        """
        merged = select(MergedMovie.into_id).where(MergedMovie.movie_id.in_(self.movies))
        return or_(Movie.id.in_(self.movies), Movie.id.in_(merged))

    def has_person(self) -> ColumnElement[bool]:
        """Return the condition that one of the list's people takes part in a movie."""
        theirs = select(MoviePerson.movie_id).where(MoviePerson.slug.in_(self.people))
        return Movie.id.in_(theirs)


def create_list(session: Session, followed: Followed, *, today: date) -> str:
    """Return the token of a new list; lists beyond the bound, unread for longest, are deleted."""
    _forget_old(session, today)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"movies": list(followed.movies), "people": list(followed.people)}
    session.add(FollowedList(token=token, read_on=today, **row))
    return token


def replace_list(session: Session, token: str, *, followed: Followed, today: date) -> None:
    """Write what the list follows now; raises ListNotFound."""
    row = _get(session, token, today)
    row.movies, row.people = list(followed.movies), list(followed.people)
    row.read_on = today


def forget_list(session: Session, token: str, *, today: date) -> None:
    """Delete the list; raises ListNotFound."""
    session.delete(_get(session, token, today))


def get_list(session: Session, token: str, *, today: date) -> Followed:
    """Return what the list follows; raises ListNotFound."""
    row = _get(session, token, today)
    return Followed(tuple(row.movies), tuple(row.people))


def is_unmarked(session: Session, token: str, *, today: date) -> bool:
    """Return whether this day's first read of the list still has to be recorded."""
    earlier = FollowedList.read_on < today
    return session.scalar(select(earlier).where(FollowedList.token == token)) or False


def mark_read(session: Session, token: str, *, today: date) -> None:
    """Record that the list was read today."""
    session.execute(update(FollowedList).where(FollowedList.token == token).values(read_on=today))


def _get(session: Session, token: str, today: date) -> FollowedList:
    row = session.get(FollowedList, token)
    if row is None or row.read_on < _oldest(today):
        raise ListNotFound
    return row


def _oldest(today: date) -> date:
    return today - timedelta(days=KEPT_DAYS)


def _forget_old(session: Session, today: date) -> None:
    """Delete expired lists, and as many others as leave room for one."""
    session.execute(delete(FollowedList).where(FollowedList.read_on < _oldest(today)))
    count = session.scalar(select(func.count()).select_from(FollowedList)) or 0
    if (surplus := count - MOST_LISTS + 1) > 0:
        longest = select(FollowedList.token).order_by(FollowedList.read_on).limit(surplus)
        session.execute(delete(FollowedList).where(FollowedList.token.in_(longest)))
