"""Finds movies by title, original title, director and cast, the best match first.

The steps: the title is the query; it begins with it; it contains all words; title and people
together contain them. Within a step the latest premiere comes first. Where nothing is found, a
fuzzy search allows one typo a word. Every step reads a bounded part of an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.pages.listings import movie_listings
from mozi.calendar.pages.pictures import load_cards
from mozi.calendar.pages.values import Card
from mozi.calendar.search.text import words_of
from mozi.calendar.search.word_index import find_fuzzy_ids, find_ids
from mozi.models import Movie, MovieName, Premiere, is_main

SHOWN = 24  # movies: full rows on any screen
LOOKED_AT = 200  # movies in each step, of which the best are shown
QUERY_LENGTH = 100
MOST_WORDS = 10
LAST = "\U0010ffff"


@dataclass(frozen=True)
class SearchPage:
    """The movies found. query: tidied. fuzzy: whether they match only with typos.

    cut: whether more movies were found than are shown.
    """

    query: str
    cards: tuple[Card, ...]
    fuzzy: bool
    cut: bool


def tidy(query: str) -> str:
    """Return the query as one line of printable text, of at most QUERY_LENGTH characters."""
    line = "".join(char for char in " ".join(query.split()) if char.isprintable())
    return line[:QUERY_LENGTH].strip()


def search_page(session: Session, query: str, today: date) -> SearchPage:
    """Return the movies that match a tidied query, best first; none where it has no words."""
    found, fuzzy = _search(session, query, enough=SHOWN + 1)
    ids = _best(session, found, today)
    return SearchPage(
        query=query,
        cards=_cards(session, ids[:SHOWN], today),
        fuzzy=fuzzy,
        cut=len(ids) > SHOWN,
    )


def find_best(session: Session, query: str) -> list[int]:
    """Return the ids of all movies that match a tidied query, best first: a few hundred at most.

    The admin's list filters them further.
    """
    found, _ = _search(session, query, enough=None)
    return sorted(found, key=lambda movie_id: (found[movie_id], -movie_id))


def _search(session: Session, query: str, *, enough: int | None) -> tuple[dict[int, int], bool]:
    """Return the movies found, each with its step's number, and whether the search was fuzzy."""
    words = words_of(query)[:MOST_WORDS]
    found = _found(session, words, enough) if words else {}
    fuzzy = _fuzzy(session, words) if words and not found else {}
    return found or fuzzy, bool(fuzzy)


def _fuzzy(session: Session, words: Sequence[str]) -> dict[int, int]:
    return dict.fromkeys(find_fuzzy_ids(session, words, limit=LOOKED_AT), 0)


def _found(session: Session, words: Sequence[str], enough: int | None) -> dict[int, int]:
    """Return the movies found, each with the number of its step.

    enough: the number of movies after which no further step is taken; None takes all steps.
    """
    steps: dict[int, int] = {}
    for step, ids in enumerate(_steps(session, words)):
        steps |= {movie_id: step for movie_id in ids if movie_id not in steps}
        if enough is not None and len(steps) >= enough:
            break
    return steps


def _steps(session: Session, words: Sequence[str]) -> Iterator[Iterable[int]]:
    folded = " ".join(words)
    name = MovieName.folded
    named = session.execute(
        select(MovieName.movie_id, name)
        .where(name >= folded, name < folded + LAST)
        .order_by(name)
        .limit(LOOKED_AT)
    ).all()
    yield [movie_id for movie_id, title in named if title == folded]
    yield [movie_id for movie_id, _ in named]
    yield find_ids(session, words, in_titles=True, limit=LOOKED_AT)
    yield find_ids(session, words, in_titles=False, limit=LOOKED_AT)


def _best(session: Session, steps: dict[int, int], today: date) -> list[int]:
    """Return the ids of the SHOWN best movies, and one more if there is one."""
    dated = (
        select(Movie.id, Premiere.premiere_date)
        .join(Premiere)
        .where(Movie.id.in_(steps), is_main(today))
    )
    rows = sorted(session.execute(dated), key=lambda row: (row[1], row[0]), reverse=True)
    ids = sorted((movie_id for movie_id, _ in rows), key=lambda movie_id: steps[movie_id])
    return ids[: SHOWN + 1]


def _cards(session: Session, ids: Sequence[int], today: date) -> tuple[Card, ...]:
    movies = movie_listings(session, ids, today)
    movies.sort(key=lambda movie: ids.index(movie.id))
    return tuple(load_cards(session, movies))
