"""Where the addresses and ids of a merged movie lead. Reads only; editing/merging.py merges."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.errors import MovieNotFound
from mozi.models import MergedMovie

T = TypeVar("T")


def find_merged_into(session: Session, movie_id: int) -> int | None:
    """Return the movie that this one was merged into, over all merges; None for no merge."""
    found = None
    while (into := session.get(MergedMovie, found or movie_id)) is not None:
        found = into.into_id
    return found


def load_merged(load: Callable[[int], T], session: Session, movie_id: int) -> T:
    """Return what load returns for the movie, or for the one that it was merged into.

    Raises MovieNotFound where load raises it for both.
    """
    try:
        return load(movie_id)
    except MovieNotFound:
        if (into := find_merged_into(session, movie_id)) is None:
            raise
        return load(into)


def with_merged(session: Session, movie_ids: Collection[int]) -> set[int]:
    """Return these movies, and each merged one's successor."""
    merged = select(MergedMovie.movie_id).where(MergedMovie.movie_id.in_(movie_ids))
    into = {find_merged_into(session, movie_id) for movie_id in session.scalars(merged).all()}
    return {*movie_ids, *(each for each in into if each is not None)}


def calendar_id(movie_id: int, premiere_id: int, *, first: bool) -> str:
    """Return a premiere's id in calendars: the movie's first one has the movie's."""
    return f"{movie_id}" if first else f"{movie_id}-{premiere_id}"


def find_parts(session: Session, movie_id: int) -> list[int]:
    """Return the movies that were merged into this one, directly or over another."""
    found, latest = [], [movie_id]
    while latest:
        query = select(MergedMovie.movie_id).where(MergedMovie.into_id.in_(latest))
        latest = list(session.scalars(query))
        found += latest
    return found
