"""Finding movies by title, original title, director and cast, best first.

First what the title is, then what it begins with, then what it holds, then what title and
people hold together; the latest premiere first among equals. Where nothing is found, one slip
of a letter in each word is forgiven. Every step reads a bounded part of an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mozi.calendar.pages.listings import listings
from mozi.calendar.pages.pictures import load_pictures
from mozi.calendar.pages.values import Card
from mozi.calendar.search.text import words_of
from mozi.calendar.search.word_index import find_fuzzy_ids, find_ids
from mozi.models import Movie, MovieName
from mozi.posters.recipes import THUMB

SHOWN = 24  # movies: full rows on any screen; whoever wants to see more types more
LOOKED_AT = 200  # movies at each step, of which the best are shown
QUERY_LENGTH = 100
MOST_WORDS = 10
LAST = "\U0010ffff"


@dataclass(frozen=True)
class SearchPage:
    """What was found. query: as asked, tidied. fuzzy: whether these only come fuzzy to it.

    cut: whether more was found than is shown.
    """

    query: str
    cards: tuple[Card, ...]
    fuzzy: bool
    cut: bool


def tidy(query: str) -> str:
    """Return a query as it is shown: a line of printable text, at most QUERY_LENGTH characters."""
    line = "".join(char for char in " ".join(query.split()) if char.isprintable())
    return line[:QUERY_LENGTH].strip()


def search_page(session: Session, query: str) -> SearchPage:
    """Return the movies that a query (tidied) means, best first; none for one without words."""
    found, fuzzy = _look(session, query, enough=SHOWN + 1)
    ids = _best(session, found)
    return SearchPage(
        query=query,
        cards=_cards(session, ids[:SHOWN]),
        fuzzy=fuzzy,
        cut=len(ids) > SHOWN,
    )


def find_best(session: Session, query: str) -> list[int]:
    """Return the ids of the movies that a query (tidied) means, best first: some hundreds at most.

    For whoever narrows them further.
    """
    found, _ = _look(session, query, enough=None)
    return sorted(found, key=lambda movie_id: (found[movie_id], -movie_id))


def _look(session: Session, query: str, *, enough: int | None) -> tuple[dict[int, int], bool]:
    """Return the movies found, each with its step, and whether they only come fuzzy."""
    words = words_of(query)[:MOST_WORDS]
    found = _found(session, words, enough) if words else {}
    fuzzy = _near(session, words) if words and not found else {}
    return found or fuzzy, bool(fuzzy)


def _near(session: Session, words: Sequence[str]) -> dict[int, int]:
    return dict.fromkeys(find_fuzzy_ids(session, words, limit=LOOKED_AT), 0)


def _found(session: Session, words: Sequence[str], enough: int | None) -> dict[int, int]:
    """Return the movies found, each with the number of the step that found it.

    enough: with so many no further step is taken, since what it finds comes after them.
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


def _best(session: Session, steps: dict[int, int]) -> list[int]:
    """Return SHOWN movies and one more, if there is one, in the order of their steps."""
    dated = select(Movie.id, Movie.premiere_date).where(Movie.id.in_(steps))
    rows = sorted(session.execute(dated), key=lambda row: (row[1], row[0]), reverse=True)
    ids = sorted((movie_id for movie_id, _ in rows), key=lambda movie_id: steps[movie_id])
    return ids[: SHOWN + 1]


def _cards(session: Session, ids: Sequence[int]) -> tuple[Card, ...]:
    movies = listings(session, date.min, date.max, Movie.id.in_(ids), limit=SHOWN)
    pictures = load_pictures(session, {THUMB.media: movies})
    order = {movie_id: place for place, movie_id in enumerate(ids)}
    movies.sort(key=lambda movie: order[movie.id])
    return tuple(Card(movie, pictures.find(movie, THUMB.media)) for movie in movies)
