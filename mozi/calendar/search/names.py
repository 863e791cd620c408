"""Computes what SQL cannot: the sort key and the folded form of each title, and all words.

A trigger empties a movie's row of movie_name whenever its title, people or genres change, also by
raw SQL, so `sort_key IS NULL` marks the rows to fill. Pages that need the names fill them first.
A new rule of sorting or folding comes with a migration that empties all rows.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from slugify import slugify
from sqlalchemy import Table, bindparam, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mozi.calendar.collation import sort_key
from mozi.calendar.search.text import fold, title_forms, words_of
from mozi.database import UNREACHABLE, in_chunks, in_one_line, reading, writing
from mozi.models import GENRES, NAMES, PEOPLE, TITLES, WORDS, Movie, MovieName
from mozi.posters.keys import TRANSLITERATION

logger = logging.getLogger(__name__)

AT_ONCE = 2000  # takes 0.3 s; after a bulk load several calls fill the rest
AFTER_BULK_AT_ONCE = 500  # takes 4 MB, where 2,000 take 15
WORD_LENGTH = 50  # no word of a language is longer
PERSON_SLUG_LENGTH = 200
FOLDED_LENGTH = 500  # PostgreSQL's indexes take rows of up to 2.7 KB
_NAMED = (Movie.title, Movie.original_title, Movie.director, Movie.cast, Movie.genres)
_UNNAMED = (
    select(MovieName.movie_id, *_NAMED)
    .join(Movie, Movie.id == MovieName.movie_id)
    .where(MovieName.sort_key.is_(None))
    .order_by(MovieName.movie_id)
    .limit(bindparam("at_most"))
)


def ensure_names(*, at_most: int = AT_ONCE) -> bool:
    """Fill in up to at_most names, and return whether none is left.

    An unreachable database raises nothing, so that the page can still be shown; a later call
    fills the names.
    """
    try:
        with reading() as session:
            unnamed = _unnamed(session, at_most)
    except UNREACHABLE:  # reading the page itself then fails, or the previous page is served
        return False
    if unnamed:
        try:
            with writing() as session:
                session.execute(_FILL, [_name(row) for row in unnamed])
                _write_rows_of(session, unnamed)
                _add_words(session, unnamed)
        except UNREACHABLE as error:
            why = in_one_line(error)
            logger.warning("The names of %d movies are left for later: %s", len(unnamed), why)
    return len(unnamed) < at_most


def fill_names(movies: int) -> None:
    """Fill in the names after a bulk write of so many movies, so that no request has to.

    An unreachable database raises nothing here either.
    """
    for _ in range(movies // AFTER_BULK_AT_ONCE + 1):
        if ensure_names(at_most=AFTER_BULK_AT_ONCE):
            return


def _unnamed(session: Session, at_most: int) -> Sequence[Any]:
    return session.execute(_UNNAMED, {"at_most": at_most}).all()


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
            session.execute(delete(table).where(table.c.movie_id.in_(chunk)))
        _add(session, table, new)


def _people(rows: Sequence[Any]) -> list[dict[str, object]]:
    people = {
        (slug, row.movie_id): name
        for row in rows
        for name in (*row.cast, *row.director)
        if (slug := person_slug(name))
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


def _add(session: Session, table: Table, rows: list[dict[str, object]]) -> None:
    """Add the rows that the table does not have."""
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


@lru_cache(maxsize=16_384)
def person_slug(name: str) -> str:
    """Return a person's name for an address: "Szabó István" gives "szabo-istvan", "…" gives ""."""
    return slugify(name, max_length=PERSON_SLUG_LENGTH, backend=TRANSLITERATION)


def _add_words(session: Session, rows: Iterable[Any]) -> None:
    """Add the movies' words, sorted, so that two writers cannot deadlock."""
    texts = {
        text
        for row in rows
        for text in (row.title, row.original_title or "", *row.director, *row.cast)
    }
    words = sorted({word for text in texts for word in words_of(text) if len(word) <= WORD_LENGTH})
    _add(session, WORDS, [{"word": word} for word in words])


# Another writer may have changed the title or the people since they were read.
_unchanged = exists().where(
    Movie.id == NAMES.c.movie_id,
    Movie.title == bindparam("of_title"),
    Movie.original_title.is_not_distinct_from(bindparam("of_original_title")),
    Movie.director == bindparam("of_director"),
    Movie.cast == bindparam("of_cast"),
    Movie.genres == bindparam("of_genres"),
)
_FILL = (
    update(NAMES)
    .where(NAMES.c.movie_id == bindparam("which"), _unchanged)
    .values(sort_key=bindparam("sort_key"), folded=bindparam("folded"))
)
