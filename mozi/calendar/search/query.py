"""Finds movies by title, original title, people, genre and year, the best match first.

The order: the title is the query, without its article; it begins with it; it contains all words;
a director's name contains them; an actor's does; title and people together do; the genre is the
query; the year is. A year beside other words narrows down what those find. Among equals, what
runs now or opens soonest comes first, then the future, then the past. Where nothing is found, a
fuzzy search allows one typo a word, the fewest typos first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from mozi.calendar.pages.filter_options import genres_of
from mozi.calendar.pages.listings import listings, movie_listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import Card
from mozi.calendar.search.matching import LOOKED_AT, RUNS, Match, Matcher, Matches, Step
from mozi.calendar.search.text import words_of
from mozi.calendar.weeks import week_of
from mozi.database.among import is_among
from mozi.models import Movie, MovieGenre, Premiere, is_main

SHOWN = 24  # movies a page: full rows on any screen
OFFERED = 12  # movies of the week on the page without a query
LAST_PAGE = 99
QUERY_LENGTH = 100
MOST_WORDS = 10
_GENRE = select(MovieGenre.genre).where(MovieGenre.folded == bindparam("folded")).limit(1)


@dataclass(frozen=True)
class SearchResult:
    """A movie found, and whose name or which year matched, where one did."""

    card: Card
    person: str | None
    directs: bool
    year: int | None = None


@dataclass(frozen=True)
class SearchPage:
    """One page of the movies found. query: tidied. fuzzy: whether they match only with typos.

    number: the page's, from 1; count: of all that were found; cut: whether there may be more.
    genre: the genre that the query names. offered, genres: this week's, where there is no query.
    """

    query: str
    found: tuple[SearchResult, ...]
    fuzzy: bool
    number: int
    count: int
    cut: bool
    genre: str | None = None
    offered: tuple[Card, ...] = ()
    genres: tuple[str, ...] = ()

    @property
    def has_more(self) -> bool:
        """Return whether another page follows."""
        return self.number * SHOWN < self.count


def tidy(query: str) -> str:
    """Return the query as one line of printable text, of at most QUERY_LENGTH characters."""
    line = "".join(char for char in " ".join(query.split()) if char.isprintable())
    return line[:QUERY_LENGTH].strip()


def search_page(session: Session, query: str, today: date, number: int = 1) -> SearchPage:
    """Return a page of the movies that match a tidied query, best first."""
    if not query:
        return _offer(session, today)
    matches, fuzzy = _search(session, query, today)
    ids = _in_order(session, matches, today)
    return SearchPage(
        query=query,
        found=_found(session, ids[(number - 1) * SHOWN : number * SHOWN], matches, today),
        fuzzy=fuzzy,
        number=number,
        count=len(ids),
        cut=len(ids) >= LOOKED_AT,
        genre=_genre(session, query),
    )


def find_best(session: Session, query: str, today: date) -> list[int]:
    """Return the ids of all movies that match a tidied query, best first: a few hundred at most.

    The admin's list filters them further.
    """
    return _in_order(session, _search(session, query, today)[0], today)


def _search(session: Session, query: str, today: date) -> tuple[Matches, bool]:
    """Return the movies found, each with how it matches, and whether the search was fuzzy."""
    words = words_of(query)[:MOST_WORDS]
    if not words:
        return {}, False
    matcher = Matcher(session, words, today)
    if found := matcher.exact():
        return found, False
    fuzzy = matcher.fuzzy()
    return fuzzy, bool(fuzzy)


def _in_order(session: Session, matches: Matches, today: date) -> list[int]:
    """Return the ids of the movies, the best match first."""
    dated = _dated(today).where(is_among(session, Movie.id, matches))
    busy = Counter(match.person for match in matches.values() if match.person)
    keys = {
        movie_id: (*_rank(matches[movie_id], today - day, length, busy), -movie_id)
        for movie_id, day, length in session.execute(dated)
    }
    return sorted(keys, key=keys.__getitem__)


@lru_cache(maxsize=2)
def _dated(today: date) -> Select[Any]:
    """Return the query of all movies' dates and lengths of titles, kept because it is large."""
    columns = (Movie.id, Premiere.premiere_date, func.length(Movie.title))
    return select(*columns).join(Premiere).where(is_main(today))


def _rank(match: Match, ago: timedelta, length: int, busy: Mapping[str, int]) -> tuple[int, ...]:
    """Return the sort key of a match. ago: the time since the premiere, negative before it.

    Of the past the titles come first of which the query is the largest part, and the people who
    have the most films: an old film is looked up by name.
    """
    place = (match.step, match.slips)
    if ago <= RUNS:
        return *place, 0, abs(ago.days)
    by_name = length if match.step <= Step.WORDS else -busy.get(match.person or "", 0)
    return *place, 1, by_name, ago.days


def _found(
    session: Session, ids: Sequence[int], matches: Matches, today: date
) -> tuple[SearchResult, ...]:
    movies = movie_listings(session, ids, today)
    movies.sort(key=lambda movie: ids.index(movie.id))
    return tuple(
        SearchResult(card, match.person, directs=match.step == Step.DIRECTOR, year=match.year)
        for card in load_cards(session, movies)
        if (match := matches[card.movie.id])
    )


def _genre(session: Session, query: str) -> str | None:
    folded = " ".join(words_of(query))
    return session.scalar(_GENRE, {"folded": folded})


def _offer(session: Session, today: date) -> SearchPage:
    """Return the page without a query: this week's movies, and the genres of the next ones."""
    week = week_of(today)
    movies = listings(session, week.first, week.last, limit=OFFERED)
    coming = listings(session, week.first, week.last + RUNS, limit=LOOKED_AT)
    return SearchPage(
        query="",
        found=(),
        fuzzy=False,
        number=1,
        count=0,
        cut=False,
        offered=tuple(load_cards(session, movies)),
        genres=genres_of(movie.genres for movie in coming),
    )
