"""The list of all movies in Hungarian order, by letter or whole, page by page.

Pages have numbers and not the last title of the page before: this bounds the number of addresses
(a letter's movies / PER_PAGE), and the addresses outlive any movie. Skipping to a page reads only
the index on the stored keys: 1 ms for 10,000 titles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mozi.calendar.collation import LETTERS, key_range
from mozi.calendar.pages.filter_options import load_filter_options
from mozi.calendar.pages.filters import NONE, FilterOptions, Filters
from mozi.calendar.pages.listings import movie_listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import Card
from mozi.models import Movie, MovieName

PER_PAGE = 96  # a multiple of the cards in a row, whatever the screen
PAGES_AHEAD = 9  # that the list links
LAST_PAGE = 10_000  # pages beyond are refused without a query

DIGITS = "0-9"
OTHERS = "mas"  # "más": other scripts, and titles of punctuation only
RANGES: Mapping[str, tuple[str, str]] = {
    DIGITS: ("0", ":"),
    **{letter: key_range(letter) for letter in LETTERS},
    OTHERS: (key_range(LETTERS[-1])[1], "\U0010ffff"),
}


@dataclass(frozen=True)
class Letter:
    """A letter of the bar. name: its key in RANGES; has_movies: whether it gets a link."""

    name: str
    has_movies: bool


@dataclass(frozen=True)
class LetterGroup:
    """The movies of a page that begin with one letter, in order."""

    letter: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class AlphabetPage:
    """One page of the list. letter: None for all; number: the page's, from 1.

    ahead: how many pages follow, at most PAGES_AHEAD.
    """

    letters: tuple[Letter, ...]
    letter: str | None
    number: int
    groups: tuple[LetterGroup, ...]
    ahead: int
    filters: FilterOptions


def alphabet_page(
    session: Session, letter: str | None, number: int, today: date, filters: Filters = NONE
) -> AlphabetPage:
    """Return a page of the movies that begin with letter (of RANGES) and match the filters.

    Call names.ensure_names first: a movie without a stored name is left out.
    """
    names = _names(session, letter, number, filters.movie_conditions())
    shown = dict(names[:PER_PAGE])
    movies = movie_listings(session, shown, today, kind=filters.kind)
    cards = {card.movie.id: card for card in load_cards(session, movies)}
    return AlphabetPage(
        letters=_letters(session),
        letter=letter,
        number=number,
        groups=_groups(shown, cards),
        ahead=max(0, len(names) - 1) // PER_PAGE,
        filters=load_filter_options(session, filters, movies),
    )


def letter_of(key: str) -> str:
    """Return the name of the letter that a sort key begins with."""
    return next((name for name, (low, high) in RANGES.items() if low <= key < high), OTHERS)


def _names(
    session: Session,
    letter: str | None,
    number: int,
    conditions: tuple[ColumnElement[bool], ...],
) -> list[tuple[int, str]]:
    """Return the page's movie ids with their sort keys, and those of the pages that it links."""
    statement = (
        select(MovieName.movie_id, MovieName.sort_key)
        .where(*_within(letter))
        .order_by(MovieName.sort_key, MovieName.movie_id)
        .offset((number - 1) * PER_PAGE)
        .limit((1 + PAGES_AHEAD) * PER_PAGE)
    )
    if conditions:
        statement = statement.join(Movie, Movie.id == MovieName.movie_id).where(*conditions)
    return [(movie_id, key or "") for movie_id, key in session.execute(statement)]


def _within(letter: str | None) -> tuple[ColumnElement[bool], ...]:
    key = MovieName.sort_key
    if letter is None:
        return (key.is_not(None),)
    low, high = RANGES[letter]
    return (key >= low, key < high)


def _letters(session: Session) -> tuple[Letter, ...]:
    """Return all letters, each with whether a movie begins with it, by one query."""
    firsts = [
        select(func.min(MovieName.sort_key)).where(*_within(name)).scalar_subquery()
        for name in RANGES
    ]
    found = session.execute(select(*firsts)).one()
    return tuple(Letter(name, first is not None) for name, first in zip(RANGES, found, strict=True))


def _groups(keys: Mapping[int, str], cards: Mapping[int, Card]) -> tuple[LetterGroup, ...]:
    grouped = groupby(keys, key=lambda movie_id: letter_of(keys[movie_id]))
    return tuple(
        LetterGroup(letter, tuple(cards[movie_id] for movie_id in group))
        for letter, group in grouped
    )
