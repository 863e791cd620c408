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

from mozi.calendar.collation import LETTERS, beginning_of, beginning_range, key_range
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

    beginning: the letter's and the next one of its titles, where the list has only these.
    beginnings: those of a letter with more than one page. ahead: how many pages follow, at most
    PAGES_AHEAD.
    """

    letters: tuple[Letter, ...]
    letter: str | None
    beginning: str | None
    beginnings: tuple[str, ...]
    number: int
    groups: tuple[LetterGroup, ...]
    ahead: int
    filters: FilterOptions


def is_beginning(text: str) -> bool:
    """Return whether text is of RANGES, or one of the beginnings within a letter: "ab", "a k"."""
    return text in RANGES or beginning_range(text) is not None


def alphabet_page(
    session: Session, asked: str | None, number: int, today: date, filters: Filters = NONE
) -> AlphabetPage:
    """Return a page of the movies that begin so (None: all) and match the filters.

    Call names.ensure_names first: a movie without a stored name is left out.
    """
    letter = letter_of(_range(asked)[0]) if asked else None
    names = _names(session, asked, number, filters.movie_conditions())
    shown = dict(names[:PER_PAGE])
    movies = movie_listings(session, shown, today, kind=filters.kind)
    cards = {card.movie.id: card for card in load_cards(session, movies)}
    return AlphabetPage(
        letters=_letters(session),
        letter=letter,
        beginning=asked if asked != letter else None,
        beginnings=_beginnings(session, letter)
        if asked != letter or number > 1 or len(names) > PER_PAGE
        else (),
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
    asked: str | None,
    number: int,
    conditions: tuple[ColumnElement[bool], ...],
) -> list[tuple[int, str]]:
    """Return the page's movie ids with their sort keys, and those of the pages that it links."""
    statement = (
        select(MovieName.movie_id, MovieName.sort_key)
        .where(*_within(asked))
        .order_by(MovieName.sort_key, MovieName.movie_id)
        .offset((number - 1) * PER_PAGE)
        .limit((1 + PAGES_AHEAD) * PER_PAGE)
    )
    if conditions:
        statement = statement.join(Movie, Movie.id == MovieName.movie_id).where(*conditions)
    return [(movie_id, key or "") for movie_id, key in session.execute(statement)]


def _within(asked: str | None) -> tuple[ColumnElement[bool], ...]:
    key = MovieName.sort_key
    if asked is None:
        return (key.is_not(None),)
    low, high = _range(asked)
    return (key >= low, key < high)


def _range(asked: str) -> tuple[str, str]:
    return RANGES.get(asked) or beginning_range(asked) or RANGES[OTHERS]


def _beginnings(session: Session, letter: str | None) -> tuple[str, ...]:
    """Return the beginnings of a letter's titles, in order."""
    if letter not in LETTERS:
        return ()
    start = func.substr(MovieName.sort_key, 1, 3)
    found = session.scalars(select(start).where(*_within(letter)).distinct()).all()
    return tuple(filter(None, dict.fromkeys(map(beginning_of, sorted(found)))))


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
