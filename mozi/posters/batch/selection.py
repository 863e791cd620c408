"""Selects the movies of a warm-up that miss a variant. Reads only.

It reads a chunk at a time, from the last row seen on and not by OFFSET: the thousandth chunk
costs what the first one does, and memory does not grow with the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true, tuple_

from mozi import clock
from mozi.database import reading
from mozi.models import Movie, Poster, Premiere, has_premiere, is_main
from mozi.posters.current import current_count
from mozi.posters.recipes import OPTIONAL, RECIPES, Recipe, get_any_recipe
from mozi.posters.status import has_source

CHUNK = 500


@dataclass(frozen=True)
class Selection:
    """What the operator asked for; an empty field means everything.

    shown_from: the first day that the index shows. Its movies come first, then the older ones,
    the newest of them first. since, until: premiere dates, both included. extras: whether no media
    means AVIF and cards too. three_first: only movies that have the three. stored: only movies
    whose original is stored. rested: only movies whose source has no pause.
    """

    shown_from: date
    media: tuple[str, ...] = ()
    movie_ids: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None
    rebuild: bool = False
    retry_failed: bool = False
    extras: bool = False
    three_first: bool = False
    stored: bool = False
    rested: bool = False

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """Return the recipes of media, or the default ones; raises MediaNotFound."""
        default = (*RECIPES, *OPTIONAL) if self.extras else RECIPES
        return tuple(get_any_recipe(name) for name in self.media or default)

    @property
    def steps(self) -> tuple[Selection, ...]:
        """Return the selections to build one after another: extras only after all JPEGs."""
        if self.media or not self.extras:
            return (replace(self, extras=False),)
        later = replace(self, media=tuple(OPTIONAL), extras=False, three_first=True)
        return (replace(self, extras=False), later)


@dataclass(frozen=True)
class Candidate:
    """A movie that misses a variant. url: the address that a build would fetch, or None.

    not_before, give_up_at: seconds of time.monotonic, if another process builds it now.
    """

    movie_id: int
    title: str
    url: str | None = None
    not_before: float = 0.0
    give_up_at: float | None = None


@dataclass(frozen=True)
class Scope:
    """Counts of a selection: movies with a source, movies to build, current variants."""

    movies: int
    to_do: int
    present: int


def candidates(selection: Selection) -> Iterator[Candidate]:
    """Yield the movies to build, those that the index shows first."""
    if selection.movie_ids and not selection.three_first:
        yield from _named(selection)
        return
    coming = Premiere.premiere_date >= selection.shown_from
    yield from _chunks(selection, coming, descending=False)
    yield from _chunks(selection, ~coming, descending=True)


def scope_of(selection: Selection) -> Scope:
    """Return the present counts of the selection, from one query."""
    current = current_count(selection.recipes)
    to_do = func.count().filter(_to_do(selection))
    columns = (func.count(), to_do, func.coalesce(func.sum(current), 0))
    with reading() as session:
        movies, waiting, present = session.execute(
            select(*columns).select_from(Movie).join(Poster).where(*_within(selection))
        ).one()
    return Scope(movies=movies, to_do=waiting, present=int(present))


def _named(selection: Selection) -> Iterator[Candidate]:
    """Yield every named movie: its build reports what is wrong, even that it does not exist."""
    for movie_id in selection.movie_ids:
        with reading() as session:
            row = session.execute(_candidates().where(Movie.id == movie_id)).first()
        yield Candidate(row.id, row.title, row.url) if row else Candidate(movie_id, "")


def _chunks(
    selection: Selection, where: ColumnElement[bool], *, descending: bool
) -> Iterator[Candidate]:
    last: tuple[date, int] | None = None
    day = Premiere.premiere_date
    place = tuple_(day, Premiere.id)
    order = [key.desc() if descending else key.asc() for key in (day, Premiere.id)]
    stands_for_movie = is_main(selection.shown_from)
    wanted = (
        _candidates()
        .add_columns(day, Premiere.id.label("premiere_id"))
        .join(Premiere, Premiere.movie_id == Movie.id)
    )
    wanted = wanted.where(where, stands_for_movie, *_within(selection), _to_do(selection))
    while True:
        query = wanted.order_by(*order).limit(CHUNK)
        if last is not None:
            query = query.where(place < last if descending else place > last)
        with reading() as session:
            rows = session.execute(query).all()
        yield from (Candidate(row.id, row.title, row.url) for row in rows)
        if len(rows) < CHUNK:
            return
        last = (rows[-1].premiere_date, rows[-1].premiere_id)


def _candidates() -> Select[Any]:
    fetched_from = case((Poster.original_key.is_(None), Poster.source_url)).label("url")
    return select(Movie.id, Movie.title, fetched_from).join(Poster, Poster.movie_id == Movie.id)


def _within(selection: Selection) -> list[ColumnElement[bool]]:
    """Return the conditions of the operator's arguments; the poster has a source too."""
    conditions = [has_source()]
    if selection.movie_ids:
        conditions.append(Movie.id.in_(selection.movie_ids))
    days = [Premiere.premiere_date >= selection.since] if selection.since else []
    days += [Premiere.premiere_date <= selection.until] if selection.until else []
    if days:
        conditions.append(has_premiere(*days))
    if selection.three_first:
        conditions.append(current_count(RECIPES.values()) == len(RECIPES))
    if selection.stored:
        conditions.append(Poster.original_key.is_not(None))
    if selection.rested:
        conditions.append(or_(Poster.retry_at.is_(None), Poster.retry_at <= clock.now()))
    return conditions


def _to_do(selection: Selection) -> ColumnElement[bool]:
    if selection.rebuild:
        return true()
    return current_count(selection.recipes) < len(selection.recipes)
