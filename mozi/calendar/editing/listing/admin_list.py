"""The desk's list of all movies: one page of it, filtered and sorted.

A calendar may have 100,000 movies, so each step reads a bounded part of an index, and counting
stops at COUNTED. Up to there the movies that match are known, and sorted. Of more of them, the
list reads in its order until a page is full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from mozi.calendar.editing.listing.distinct import distributors
from mozi.calendar.editing.listing.list_query import LAST_PAGE, POSTER_STATES, ListQuery
from mozi.calendar.editing.listing.many import Choice
from mozi.calendar.pages.listings import listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import Card, Listing
from mozi.calendar.search.query import find_best
from mozi.calendar.search.text import fold
from mozi.database import in_chunks, in_index_order
from mozi.models import IS_SHOWN, POSTERS, Movie, MovieName, PosterStatus, Premiere, is_main
from mozi.posters.queries import Failure, failure_of
from mozi.posters.status import EARLIEST, LATEST, has_state, movies_in

PAGE_LENGTH = 50
ALL = 10_000_000  # movies
Part = Callable[[int, int], list[int]]  # of a list: how many to skip, and how many at most
COUNTED = 1_000  # beyond that the list says "more than"
POSTER_ORDERS = {"latest": LATEST, "earliest": EARLIEST, "added": ("-movie_id",)}


@dataclass(frozen=True)
class AdminRow:
    """A movie, its thumb, its original title and distributor, and its poster's failure."""

    card: Card
    original_title: str | None
    distributor: str | None
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

    @property
    def pages(self) -> tuple[int, ...]:
        """Return the numbers of the pages to jump to: the first, those around, the last known."""
        known = max(-(-self.count // PAGE_LENGTH), self.query.page + self.has_next)
        near = range(self.query.page - 2, self.query.page + 3)
        return tuple(n for n in range(1, known + 1) if n in (1, known) or n in near)


@dataclass(frozen=True)
class _Matching:
    """The movies that match. ids: all of them, up to COUNTED + 1. best: of a search, best first.

    conditions: on a movie of the list.
    """

    ids: Sequence[int]
    best: Sequence[int] | None
    conditions: Sequence[ColumnElement[bool]]

    @property
    def more(self) -> bool:
        """Return whether there are more than COUNTED."""
        return len(self.ids) > COUNTED

    @property
    def walks(self) -> bool:
        """Return whether the list reads in its order, as too many match to sort them.

        A search finds a bounded number of movies, which are sorted in any case.
        """
        return self.more and self.best is None


def admin_list_page(session: Session, query: ListQuery, today: date) -> AdminListPage:
    """Return the page of the list that is asked for; its last page where that is beyond it."""
    matching = _matching(session, query, today)
    count = len(matching.ids)
    last = max(1, -(-count // PAGE_LENGTH))
    query = replace(query, page=query.page if matching.more else min(query.page, last))
    skipped = (query.page - 1) * PAGE_LENGTH
    ids = _ids(session, query, matching, today, part=(skipped, PAGE_LENGTH)) if count else []
    rows = _rows(session, _shown(session, query, ids, today))
    return AdminListPage(
        query=query,
        rows=rows,
        first=skipped + 1 if rows else 0,
        count=min(count, COUNTED),
        more=matching.more,
    )


def choices_of(session: Session, query: ListQuery, today: date, *, most: int) -> list[Choice]:
    """Return the first of all movies that match, in the list's order; most + 1: there are more."""
    ids = listed_ids(session, query, today, most=most + 1)
    return chosen(session, query, ids, today)


def listed_ids(session: Session, query: ListQuery, today: date, *, most: int = ALL) -> list[int]:
    """Return the ids of the first movies that the list shows, on whatever page, in its order."""
    matching = _matching(session, query, today)
    return _ids(session, query, matching, today, part=(0, most)) if matching.ids else []


def chosen(
    session: Session, query: ListQuery, movie_ids: Sequence[int], today: date
) -> list[Choice]:
    """Return these movies in their given order, each with the premiere that the list shows."""
    shown: dict[int, int] = {}
    for ids in in_chunks(movie_ids):
        main = _main(query, today)
        own = select(Premiere.movie_id, Premiere.id).join(Movie).where(Movie.id.in_(ids), main)
        shown |= {row.movie_id: row.id for row in session.execute(own)}
    return [Choice(movie_id, shown[movie_id]) for movie_id in movie_ids if movie_id in shown]


def _main(query: ListQuery, today: date) -> ColumnElement[bool]:
    """Return the condition that the list shows a premiere of its movie."""
    return is_main(today, among=lambda premiere: query.of_premiere(premiere, today))


def _matching(session: Session, query: ListQuery, today: date) -> _Matching:
    best = _search(session, query.text, today) if query.text else None
    found = [] if best is None else [Movie.id.in_(best)]
    ids = select(Movie.id).where(*found, *query.of_movie(of_each=False))
    if query.state in POSTER_STATES:
        state = has_state(POSTER_STATES[query.state])
        ids = ids.join(PosterStatus, PosterStatus.movie_id == Movie.id).where(state)
    if own := query.of_premiere(Premiere, today):
        ids = ids.join(Premiere, Premiere.movie_id == Movie.id).where(IS_SHOWN, *own).distinct()
    known = session.scalars(ids.limit(COUNTED + 1)).all()
    if best is None and len(known) > COUNTED:
        return _Matching(known, best, query.of_movie(of_each=True))
    return _Matching(known, best, [Movie.id.in_(known)])


def _search(session: Session, text: str, today: date) -> list[int]:
    """Return the movies found by title or people, best first; then those of a distributor."""
    found = find_best(session, text, today)
    folded = fold(text)
    names = [name for name in distributors(session) if folded and folded in fold(name)]
    if not names:
        return found
    of = select(Movie.id).where(Movie.distributor.in_(names)).order_by(Movie.id.desc())
    known = set(found)
    further = session.scalars(of.limit(COUNTED + 1))
    return [*found, *(movie_id for movie_id in further if movie_id not in known)]


def _ids(
    session: Session, query: ListQuery, matching: _Matching, today: date, *, part: tuple[int, int]
) -> list[int]:
    """Return the movies of a part of the list: how many to skip, and how many at most."""
    skipped, most = part
    if matching.best is not None and not query.sort:
        kept = set(matching.ids)
        return [movie_id for movie_id in matching.best if movie_id in kept][skipped:][:most]
    only_poster = ListQuery(state=query.state, sort=query.sort, page=query.page)
    by_poster = query.state in POSTER_STATES and query.sort != "title"
    if matching.walks and query == only_poster and by_poster:
        return _by_poster(session, query, today, part=part)
    if query.sort in ("title", "added"):
        return _by_movie(session, query, matching, today, part=part)
    return _by_premiere(session, query, matching, today, part=part)


def _by_poster(
    session: Session, query: ListQuery, today: date, *, part: tuple[int, int]
) -> list[int]:
    """Return ids from the table of posters' states, where each order is that of an index.

    One premiere in a hundred may have a movie in this state: to ask each takes seconds.
    """
    state = POSTER_STATES[query.state]

    def found(order: Sequence[str], skipped: int, most: int, **between: date) -> list[int]:
        movies = movies_in(state, *order, limit=most, offset=skipped, **between)
        return list(session.scalars(movies))

    if order := POSTER_ORDERS.get(query.sort):
        return found(order, *part)
    return _from_today(
        partial(found, EARLIEST, since=today), partial(found, LATEST, before=today), part=part
    )


def _from_today(soon: Part, past: Part, *, part: tuple[int, int]) -> list[int]:
    """Return a part of a list that begins with what is to come, and goes on into the past."""
    skipped, most = part
    first = soon(0, skipped + most)
    rest = max(0, skipped - len(first)), skipped + most - max(len(first), skipped)
    return [*first[skipped:], *(past(*rest) if rest[1] else [])]


def _by_movie(
    session: Session, query: ListQuery, matching: _Matching, today: date, *, part: tuple[int, int]
) -> list[int]:
    movies = select(Movie.id).where(*matching.conditions)
    if matching.walks and (own := query.of_premiere(Premiere, today)):
        movies = movies.where(exists().where(Premiere.movie_id == Movie.id, IS_SHOWN, *own))
    if query.sort == "title":
        movies = movies.join(MovieName, MovieName.movie_id == Movie.id)
        movies = movies.order_by(MovieName.sort_key, MovieName.movie_id)
    else:
        movies = movies.order_by(Movie.id.desc())
    return list(session.scalars(movies.offset(part[0]).limit(part[1])))


def _by_premiere(
    session: Session, query: ListQuery, matching: _Matching, today: date, *, part: tuple[int, int]
) -> list[int]:
    """Return ids only: the database then skips movies without reading their whole rows."""
    skipped, most = part
    main = _main(query, today)
    conditions = matching.conditions
    if matching.walks:  # the premiere itself is asked, not each one of its movie
        own = query.of_premiere(Premiere, today)
        conditions = [*matching.conditions, *own]
    premieres = select(Movie.id).join(Premiere, Premiere.movie_id == Movie.id)
    premieres = premieres.where(IS_SHOWN, *conditions, main)
    day, number = Premiere.premiere_date, Premiere.id
    with in_index_order(session) if matching.walks else nullcontext():
        if query.sort == "earliest":
            return _part(session, premieres.order_by(day, number), skipped, most)
        latest = premieres.order_by(day.desc(), number.desc())
        if query.sort == "latest":
            return _part(session, latest, skipped, most)
        to_come = premieres.where(day >= today).order_by(day, number)
        return _from_today(
            partial(_part, session, to_come),
            partial(_part, session, latest.where(day < today)),
            part=part,
        )


def _part(session: Session, movies: Select[Any], skipped: int, most: int) -> list[int]:
    return list(session.scalars(movies.offset(skipped).limit(most)))


def _shown(
    session: Session, query: ListQuery, movie_ids: Sequence[int], today: date
) -> list[Listing]:
    """Return the movies in their given order, each by the premiere that the list shows."""
    chosen = (Movie.id.in_(movie_ids), _main(query, today))
    found = listings(session, date.min, date.max, *chosen, limit=len(movie_ids))
    return sorted(found, key=lambda movie: movie_ids.index(movie.id))


def _rows(session: Session, movies: Sequence[Listing]) -> tuple[AdminRow, ...]:
    if not movies:
        return ()
    ids = [movie.id for movie in movies]
    failures = _failures(session, ids)
    columns = (Movie.id, Movie.original_title, Movie.distributor)
    also = {row[0]: row[1:] for row in session.execute(select(*columns).where(Movie.id.in_(ids)))}
    cards = load_cards(session, movies)
    return tuple(
        AdminRow(card, *also[card.movie.id], failures.get(card.movie.id)) for card in cards
    )


def _failures(session: Session, movie_ids: Sequence[int]) -> dict[int, Failure]:
    rows = session.execute(_FAILED.where(POSTERS.c.movie_id.in_(movie_ids)))
    failures = {row.movie_id: failure_of(row) for row in rows}
    return {movie_id: failure for movie_id, failure in failures.items() if failure is not None}


_FAILED = select(POSTERS).where(POSTERS.c.failure_code.is_not(None))
