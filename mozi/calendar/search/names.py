"""Computes what SQL cannot: the sort key and the folded form of each title, and all words.

A trigger empties a movie's row of movie_name whenever its title, people or genres change, also by
raw SQL, so `sort_key IS NULL` marks the rows to fill. Pages that need the names fill them first.
A new rule of sorting or folding comes with a migration that empties all rows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from slugify import slugify
from sqlalchemy import Integer, Table, Text, Update, bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.search.text import fold, title_forms, words_of
from mozi.database import UNREACHABLE, in_chunks, in_one_line, reading, writing
from mozi.database.among import is_among
from mozi.database.bulk import given_rows, insert_many, on_postgresql, rows_as_text
from mozi.models import GENRES, NAMES, PEOPLE, TITLES, WORDS, Movie, MovieName, TextList
from mozi.posters.keys import TRANSLITERATION

logger = logging.getLogger(__name__)

AT_ONCE = 2000  # takes 0.3 s; after a bulk load several calls fill the rest
AFTER_BULK_AT_ONCE = 500  # takes 4 MB, where 2,000 take 15
WORD_LENGTH = 50  # no word of a language is longer
PERSON_SLUG_LENGTH = 200
FOLDED_LENGTH = 500  # PostgreSQL's indexes take rows of up to 2.7 KB
_PLAIN_NAME = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
_NAMED = (Movie.title, Movie.original_title, Movie.director, Movie.cast, Movie.genres)
# PostgreSQL would else join all that are not filled in, before it takes some.
_EMPTY = (
    select(MovieName.movie_id)
    .where(MovieName.sort_key.is_(None), MovieName.movie_id > bindparam("after"))
    .order_by(MovieName.movie_id)
    .limit(bindparam("at_most"))
    .subquery()
)
_UNNAMED = (
    select(_EMPTY.c.movie_id, *_NAMED)
    .join(Movie, Movie.id == _EMPTY.c.movie_id)
    .order_by(_EMPTY.c.movie_id)
)


def ensure_names(*, at_most: int = AT_ONCE) -> bool:
    """Fill in up to at_most names, and return whether none is left.

    An unreachable database raises nothing, so that the page can still be shown; a later call
    fills the names.
    """
    return _ensure_names(at_most, after=0) is None


def fill_names(movies: int) -> None:
    """Fill in the names after a bulk write of so many movies, so that no request has to.

    An unreachable database raises nothing here either.
    """
    last: int | None = 0
    for _ in range(movies // AFTER_BULK_AT_ONCE + 1):
        if last is not None:
            last = _ensure_names(AFTER_BULK_AT_ONCE, after=last)


def _ensure_names(at_most: int, *, after: int) -> int | None:
    """Fill in names of movies with higher ids than after; return the last, None: none is left."""
    try:
        with reading() as session:
            unnamed = _unnamed(session, at_most, after=after)
    except UNREACHABLE:  # reading the page itself then fails, or the previous page is served
        return after
    if unnamed:
        try:
            with writing() as session:
                _fill(session, [_name(row) for row in unnamed])
                _write_rows_of(session, unnamed)
                _add_words(session, unnamed)
        except UNREACHABLE as error:
            why = in_one_line(error)
            logger.warning("The names of %d movies are left for later: %s", len(unnamed), why)
    return unnamed[-1].movie_id if len(unnamed) == at_most else None


def _unnamed(session: Session, at_most: int, *, after: int) -> Sequence[Any]:
    return session.execute(_UNNAMED, {"at_most": at_most, "after": after}).all()


def _name(row: Any) -> dict[str, object]:
    return {
        "which": row.movie_id,
        "of_title": row.title,
        "of_original_title": row.original_title,
        "of_director": row.director,
        "of_cast": row.cast,
        "of_genres": row.genres,
        "sort_key": sort_key(row.title),
        "folded": fold(row.title)[:FOLDED_LENGTH],
    }


def _write_rows_of(session: Session, rows: Sequence[Any]) -> None:
    """Write the movies' people, titles and genres, sorted, so that two writers cannot deadlock."""
    tables: dict[Table, list[dict[str, object]]] = {
        PEOPLE: _people(rows),
        TITLES: _titles(rows),
        GENRES: _genres(rows),
    }
    ids = sorted(row.movie_id for row in rows)
    for table, new in tables.items():
        for chunk in in_chunks(ids):
            session.execute(delete(table).where(is_among(session, table.c.movie_id, chunk)))
        insert_many(session, table, new, keep=True)


def _people(rows: Sequence[Any]) -> list[dict[str, object]]:
    # Not by the cache: the names of a large import would fill it, and hold its memory in pieces.
    slugs = {name: _slug(name) for row in rows for name in (*row.cast, *row.director)}
    people = {
        (slug, row.movie_id): name
        for row in rows
        for name in (*row.cast, *row.director)
        if (slug := slugs[name])
    }
    return [
        {"slug": slug, "movie_id": movie_id, "name": name}
        for (slug, movie_id), name in sorted(people.items())
    ]


def _titles(rows: Sequence[Any]) -> list[dict[str, object]]:
    titles = {
        (form[:FOLDED_LENGTH], row.movie_id)
        for row in rows
        for title in (row.title, row.original_title or "")
        for form in title_forms(title)
    }
    return [{"folded": form, "movie_id": movie_id} for form, movie_id in sorted(titles)]


def _genres(rows: Sequence[Any]) -> list[dict[str, object]]:
    genres = {
        (folded, row.movie_id): genre
        for row in rows
        for genre in row.genres
        if (folded := fold(genre)[:FOLDED_LENGTH])
    }
    return [
        {"folded": folded, "movie_id": movie_id, "genre": genre}
        for (folded, movie_id), genre in sorted(genres.items())
    ]


def _slug(name: str) -> str:
    """Return a person's name for an address: "Szabó István" gives "szabo-istvan", "…" gives ""."""
    if _PLAIN_NAME.fullmatch(name) and len(name) <= PERSON_SLUG_LENGTH:  # in a tenth of the time
        return name.lower().replace(" ", "-")
    return slugify(name, max_length=PERSON_SLUG_LENGTH, backend=TRANSLITERATION)


@lru_cache(maxsize=16_384)
def person_slug(name: str) -> str:
    """Return the same from memory; also a filter of the templates, by its name."""
    return _slug(name)


def _add_words(session: Session, rows: Iterable[Any]) -> None:
    """Add the movies' words, sorted, so that two writers cannot deadlock."""
    texts = {
        text
        for row in rows
        for text in (row.title, row.original_title or "", *row.director, *row.cast)
    }
    words = sorted({word for text in texts for word in words_of(text) if len(word) <= WORD_LENGTH})
    insert_many(session, WORDS, [{"word": word} for word in words], keep=True)


def _fill(session: Session, names: Sequence[Mapping[str, object]]) -> None:
    if on_postgresql(session):
        session.execute(_FILL_MANY, {"rows": rows_as_text(names, _GIVEN)})
    else:
        session.execute(_FILL_ONE, list(names))


# Another writer may have changed the title or the people since they were read.
_GIVEN: dict[str, Any] = {
    "which": Integer(),
    "of_title": Text(),
    "of_original_title": Text(),
    **dict.fromkeys(("of_director", "of_cast", "of_genres"), TextList()),
    "sort_key": Text(),
    "folded": Text(),
}


def _filling(given: Mapping[str, Any]) -> Update:
    """Return the statement with which a name is filled in; given: the columns of _GIVEN."""
    unchanged = exists().where(
        Movie.id == NAMES.c.movie_id,
        Movie.title == given["of_title"],
        Movie.original_title.is_not_distinct_from(given["of_original_title"]),
        Movie.director == given["of_director"],
        Movie.cast == given["of_cast"],
        Movie.genres == given["of_genres"],
    )
    filled = {name: given[name] for name in ("sort_key", "folded")}
    return update(NAMES).where(NAMES.c.movie_id == given["which"], unchanged).values(filled)


_FILL_ONE = _filling({name: bindparam(name, type_=type_) for name, type_ in _GIVEN.items()})
_FILL_MANY = _filling(dict(given_rows(_GIVEN).c))
