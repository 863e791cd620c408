"""The desk's list of all movies: one page of it, filtered and sorted.

A calendar may have 100,000 movies, so each step reads a bounded part of an index, and counting
stops at COUNTED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, select, tuple_
from sqlalchemy.orm import Session, aliased

from mozi.calendar.pages.listings import movie_listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import Card, Listing
from mozi.calendar.search.query import find_best
from mozi.calendar.weeks import week_of
from mozi.database import in_index_order
from mozi.models import (
    IS_SHOWN,
    POSTERS,
    Movie,
    MovieName,
    PosterStatus,
    Premiere,
    has_premiere,
    is_main,
)
from mozi.posters.queries import Failure, failure_of
from mozi.posters.status import FAILED, LATEST, NONE, WAITING, has_state, movies_in

PAGE_LENGTH = 50
ALL = 10_000_000  # movies
COUNTED = 1_000  # beyond that the list says "more than"
LAST_PAGE = 200  # an editor who looks further searches instead

# A literal, because a bound parameter does not match the partial index.
IS_CANCELLED = Premiere.status == literal_column("'cancelled'")
POSTER_STATES = {"no_poster": NONE, "waiting": WAITING, "failed": FAILED}
STATES = ("", "no_poster", "waiting", "failed", "this_week", "cancelled")
POSTER_ORDERS = {"earliest": ("premiere_date", "movie_id"), "added": ("-movie_id",)}
SORTS = ("latest", "earliest", "title", "added")


@dataclass(frozen=True)
class ListQuery:
    """What the list shows. text: a tidied search; state, sort: of STATES and SORTS; page: from 1.

    sort: "" puts the best match first where there is a text, else the latest premiere.
    """

    text: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1

    @property
    def arguments(self) -> dict[str, str]:
        """Return the arguments that links to other pages of the same list keep."""
        given = {"q": self.text, "state": self.state, "sort": self.sort}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class AdminRow:
    """A movie, its thumb, and its poster's failure, if there is one."""

    card: Card
    failure: Failure | None


@dataclass(frozen=True)
class AdminListPage:
    """One page of the list. first: the number of its first row, from 1; 0: the list is empty.

    count: of all movies of the list, up to COUNTED; more: whether the list is longer than that.
    """

    query: ListQuery
    rows: tuple[AdminRow, ...]
    first: int
    count: int
    more: bool

    @property
    def last(self) -> int:
        """Return the number of its last row."""
        return self.first + max(len(self.rows) - 1, 0)

    @property
    def has_next(self) -> bool:
        """Return whether another page follows."""
        full = len(self.rows) == PAGE_LENGTH
        beyond = full if self.more else self.last < self.count
        return beyond and self.query.page < LAST_PAGE


def parse_list_query(arguments: Mapping[str, str], text: str) -> ListQuery:
    """Return what a request asks for; unknown values get the default. text: a tidied search."""
    state, sort, page = (arguments.get(name, "") for name in ("state", "sort", "page"))
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    return ListQuery(
        text,
        state if state in STATES else "",
        sort if sort in SORTS else "",
        min(max(number, 1), LAST_PAGE),
    )


def admin_list_page(session: Session, query: ListQuery, today: date) -> AdminListPage:
    """Return the page of the list that is asked for; its last page where that is beyond it."""
    found = find_best(session, query.text, today) if query.text else None
    conditions = _conditions(query, found, today)
    count = _count(session, query, conditions)
    last = max(1, -(-count // PAGE_LENGTH))
    number = query.page if count > COUNTED else min(query.page, last)
    skipped = (number - 1) * PAGE_LENGTH
    if count > COUNTED and query.state:
        conditions = [_looked_up(query.state, conditions[-1])]
    movies = _movies(session, query, found, conditions, today, skipped=skipped) if count else []
    return AdminListPage(
        query=ListQuery(query.text, query.state, query.sort, number),
        rows=_rows(session, movies),
        first=(number - 1) * PAGE_LENGTH + 1 if movies else 0,
        count=min(count, COUNTED),
        more=count > COUNTED,
    )


def listed_ids(session: Session, query: ListQuery, today: date) -> list[int]:
    """Return the ids of all movies that the list shows, on whatever page, in its order."""
    found = find_best(session, query.text, today) if query.text else None
    conditions = _conditions(query, found, today)
    if found is not None and not query.sort:
        kept = set(session.scalars(select(Movie.id).where(*conditions)))
        return [movie_id for movie_id in found if movie_id in kept]
    return _ids(session, query, conditions, today, skipped=0, most=ALL)


def _conditions(
    query: ListQuery, found: Sequence[int] | None, today: date
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if found is not None:
        conditions.append(Movie.id.in_(found))
    state = _state(query.state, today)
    return conditions if state is None else [*conditions, state]


def _state(state: str, today: date) -> ColumnElement[bool] | None:
    """Return the condition on a movie's row; None for all movies."""
    week = week_of(today)
    if state in POSTER_STATES:
        having = select(PosterStatus.movie_id).where(has_state(POSTER_STATES[state]))
        return Movie.id.in_(having)
    by_state: dict[str, ColumnElement[bool]] = {
        "this_week": has_premiere(
            Premiere.premiere_date.between(week.first, week.last), Premiere.date_precision == "day"
        ),
        "cancelled": has_premiere(IS_CANCELLED),
    }
    return by_state.get(state)


def _looked_up(state: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition of a state that many movies have, in a form that is asked of each.

    As `IN` it would have SQLite list all of them first, while a page needs fifty.
    """
    if state in POSTER_STATES:
        of_movie = PosterStatus.movie_id == Movie.id
        return exists().where(of_movie, has_state(POSTER_STATES[state]))
    if state == "cancelled":
        return exists().where(Premiere.movie_id == Movie.id, IS_CANCELLED, IS_SHOWN)
    return condition


def _cancelled(*order: Any) -> Select[Any]:
    """Return the query for movies with a cancelled premiere, in order of the latest of these."""
    later = aliased(Premiere)
    has_later = exists().where(
        later.movie_id == Premiere.movie_id,
        later.status == literal_column("'cancelled'"),
        later.removed_at.is_(None),
        tuple_(later.premiere_date, later.id) > tuple_(Premiere.premiere_date, Premiere.id),
    )
    return select(Premiere.movie_id).where(IS_CANCELLED, IS_SHOWN, ~has_later).order_by(*order)


def _count(session: Session, query: ListQuery, conditions: Sequence[ColumnElement[bool]]) -> int:
    """Return the number of movies, at most COUNTED + 1."""
    some = select(Movie.id).where(*conditions)
    if query.state in POSTER_STATES and not query.text:
        some = select(PosterStatus.movie_id).where(has_state(POSTER_STATES[query.state]))
    counted = select(func.count()).select_from(some.limit(COUNTED + 1).subquery())
    return session.scalar(counted) or 0


def _movies(
    session: Session,
    query: ListQuery,
    found: Sequence[int] | None,
    conditions: Sequence[ColumnElement[bool]],
    today: date,
    *,
    skipped: int,
) -> list[Listing]:
    """Return at most PAGE_LENGTH movies in the order that is asked for."""
    if found is not None and not query.sort:
        kept = set(session.scalars(select(Movie.id).where(*conditions)))
        ids = [movie_id for movie_id in found if movie_id in kept][skipped:][:PAGE_LENGTH]
    else:
        ids = _ids(session, query, conditions, today, skipped=skipped)
    return sorted(movie_listings(session, ids, today), key=lambda m: ids.index(m.id))


def _ids(
    session: Session,
    query: ListQuery,
    conditions: Sequence[ColumnElement[bool]],
    today: date,
    *,
    skipped: int,
    most: int = PAGE_LENGTH,
) -> list[int]:
    """Return ids only: the database then skips movies without reading their whole rows."""
    if query.state in POSTER_STATES and query.sort != "title" and not query.text:
        order = POSTER_ORDERS.get(query.sort, LATEST)
        state = POSTER_STATES[query.state]
        found = movies_in(state, *order, limit=most, offset=skipped)
        return list(session.scalars(found))
    movies = select(Movie.id).where(*conditions)
    if query.state == "cancelled" and query.sort not in ("title", "added") and not query.text:
        ordered = _cancelled(*_order(query.sort))
        return list(session.scalars(ordered.offset(skipped).limit(most)))
    if query.sort == "title":
        movies = movies.join(MovieName, MovieName.movie_id == Movie.id)
    elif query.sort != "added":
        movies = movies.join(Premiere, Premiere.movie_id == Movie.id).where(is_main(today))
    ordered = movies.order_by(*_order(query.sort))
    ordered = ordered.offset(skipped).limit(most)
    if conditions or query.sort in ("title", "added"):
        return list(session.scalars(ordered))
    with in_index_order(session):  # nearly each premiere stands for its movie
        return list(session.scalars(ordered))


def _order(sort: str) -> tuple[Any, ...]:
    orders: dict[str, tuple[Any, ...]] = {
        "earliest": (Premiere.premiere_date, Premiere.id),
        "title": (MovieName.sort_key, MovieName.movie_id),
        "added": (Movie.id.desc(),),
    }
    return orders.get(sort, (Premiere.premiere_date.desc(), Premiere.id.desc()))


def _rows(session: Session, movies: Sequence[Listing]) -> tuple[AdminRow, ...]:
    if not movies:
        return ()
    failures = _failures(session, [movie.id for movie in movies])
    cards = load_cards(session, movies)
    return tuple(AdminRow(card, failures.get(card.movie.id)) for card in cards)


def _failures(session: Session, movie_ids: Sequence[int]) -> dict[int, Failure]:
    rows = session.execute(_FAILED.where(POSTERS.c.movie_id.in_(movie_ids)))
    failures = {row.movie_id: failure_of(row) for row in rows}
    return {movie_id: failure for movie_id, failure in failures.items() if failure is not None}


_FAILED = select(POSTERS).where(POSTERS.c.failure_code.is_not(None))
