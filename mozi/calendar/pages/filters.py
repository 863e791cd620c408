"""Filters of lists and feeds: ?kind=&genre=&age=, one value each, all of which must hold.

An address has one spelling: blanks are left out, and kind, genre and age come in this order. A
kind or an age mark that does not exist, or a genre that no movie has, is no page (404): a list
that silently ignored it would show what was not asked for, and made-up addresses would fill
the cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Boolean, ColumnElement, Text, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from mozi.errors import FilterNotFound
from mozi.models import Movie
from mozi.vocabulary import AGE_RATINGS, KINDS, LIST_SEPARATOR

GENRE_LENGTH = 200


@dataclass(frozen=True)
class Filters:
    """What to leave of a list; None: everything."""

    kind: str | None = None
    genre: str | None = None
    age: str | None = None

    def __bool__(self) -> bool:
        return bool(self.arguments)

    @property
    def arguments(self) -> dict[str, str]:
        """Return what is filtered by, in the address's order."""
        given = {"kind": self.kind, "genre": self.genre, "age": self.age}
        return {name: value for name, value in given.items() if value}

    @property
    def query(self) -> str:
        """Return the arguments as they stand in an address: "kind=cinema&age=12", or ""."""
        return query_of(self.arguments)

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Return what a movie's row must meet."""
        wanted = (
            Movie.kind == self.kind if self.kind else None,
            has_genre(self.genre) if self.genre else None,
            Movie.age_rating == self.age if self.age else None,
        )
        return tuple(condition for condition in wanted if condition is not None)


NONE = Filters()
NAMES = ("kind", "genre", "age")


@dataclass(frozen=True)
class FilterOptions:
    """What a list is filtered by, and the genres that it could be filtered by."""

    chosen: Filters
    genres: tuple[str, ...]

    @property
    def arguments(self) -> dict[str, str]:
        """Return what the links of the list keep."""
        return self.chosen.arguments


def query_of(arguments: Mapping[str, Any]) -> str:
    """Return arguments as browsers write those of a form, so that a cached page is found at once.

    https://url.spec.whatwg.org/#urlencoded-serializing
    """
    return urlencode(arguments, safe="*").replace("~", "%7E")


def filters_of(arguments: Mapping[str, str]) -> Filters:
    """Return the filters that a request names; raises FilterNotFound where one cannot exist."""
    filters = Filters(**{name: arguments.get(name, "").strip() or None for name in NAMES})
    known = {"kind": KINDS, "age": AGE_RATINGS}
    for name, value in filters.arguments.items():
        fits = value in known[name] if name in known else _can_be_a_genre(value)
        if not fits:
            raise FilterNotFound(name, value)
    return filters


def _can_be_a_genre(text: str) -> bool:
    return len(text) <= GENRE_LENGTH and LIST_SEPARATOR not in text and text.isprintable()


def has_genre(genre: str) -> ColumnElement[bool]:
    """Return the condition that a movie's list of genres holds this one.

    Not LIKE, which knows wild cards, and capitals on PostgreSQL alone.
    """
    genres = literal(LIST_SEPARATOR) + type_coerce(Movie.genres, Text) + literal(LIST_SEPARATOR)
    return _holds(genres, literal(f"{LIST_SEPARATOR}{genre}{LIST_SEPARATOR}"))


class _holds(FunctionElement[bool]):  # noqa: N801 - reads like the SQL function that it is
    """Whether the first text holds the second, letter for letter."""

    type = Boolean()
    inherit_cache = True


@compiles(_holds, "sqlite")
def _holds_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **kw)}) > 0)"


@compiles(_holds, "postgresql")
def _holds_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **kw)}) > 0)"
