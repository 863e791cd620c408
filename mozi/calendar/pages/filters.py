"""Filters of lists and feeds: ?kind=&genre=&age=, one value each; a movie must match all.

An address has one spelling: empty values are left out, and the order is kind, genre, age. An
unknown kind or age rating, or a genre that no movie has, is a 404: a list that ignored it would
show other movies than asked for, and invented addresses would fill the cache.
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
from mozi.models import Movie, Premiere, has_premiere
from mozi.vocabulary import AGE_RATINGS, KINDS, LIST_SEPARATOR

GENRE_LENGTH = 200


@dataclass(frozen=True)
class Filters:
    """The values that a movie must have; None: any."""

    kind: str | None = None
    genre: str | None = None
    age: str | None = None

    def __bool__(self) -> bool:
        return bool(self.arguments)

    @property
    def arguments(self) -> dict[str, str]:
        """Return the filters that are set, in the address's order."""
        given = {"kind": self.kind, "genre": self.genre, "age": self.age}
        return {name: value for name, value in given.items() if value}

    @property
    def query(self) -> str:
        """Return the query string: "kind=cinema&age=12", or ""."""
        return query_of(self.arguments)

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions on a premiere and its movie."""
        return self._conditions(Premiere.kind == self.kind)

    def movie_conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions on a movie's row."""
        return self._conditions(has_premiere(Premiere.kind == self.kind))

    def _conditions(self, of_kind: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
        conditions = (
            of_kind if self.kind else None,
            has_genre(self.genre) if self.genre else None,
            Movie.age_rating == self.age if self.age else None,
        )
        return tuple(condition for condition in conditions if condition is not None)


NONE = Filters()
NAMES = ("kind", "genre", "age")


@dataclass(frozen=True)
class FilterOptions:
    """The filters of a list, and the genres to choose from."""

    chosen: Filters
    genres: tuple[str, ...]

    @property
    def arguments(self) -> dict[str, str]:
        """Return the arguments that the list's links keep."""
        return self.chosen.arguments


def query_of(arguments: Mapping[str, Any]) -> str:
    """Return the query string as a browser writes a form's, so that it finds the cached page.

    https://url.spec.whatwg.org/#urlencoded-serializing
    """
    return urlencode(arguments, safe="*").replace("~", "%7E")


def filters_of(arguments: Mapping[str, str]) -> Filters:
    """Return the filters of a request; raises FilterNotFound for a value that cannot exist."""
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
    """Return the condition that a movie has this genre.

    LIKE is no use: it has wild cards, and ignores case on SQLite but not on PostgreSQL.
    """
    genres = literal(LIST_SEPARATOR) + type_coerce(Movie.genres, Text) + literal(LIST_SEPARATOR)
    return _holds(genres, literal(f"{LIST_SEPARATOR}{genre}{LIST_SEPARATOR}"))


class _holds(FunctionElement[bool]):  # noqa: N801 - reads like the SQL function that it is
    """True where the first text contains the second, case-sensitive."""

    type = Boolean()
    inherit_cache = True


@compiles(_holds, "sqlite")
def _holds_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **kw)}) > 0)"


@compiles(_holds, "postgresql")
def _holds_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **kw)}) > 0)"
