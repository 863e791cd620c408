"""Which objects the database refers to: for pages, for history, for undo. Reads only."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    String,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from mozi.database import database_now
from mozi.models import DeletedMovie, HistoryEntry, Poster, PosterVariant, RetiredObject

PREFIXES = ("posters/", "originals/")
"""Every object that a row refers to is under one of these."""

COLUMNS = (
    PosterVariant.object_key,
    Poster.original_key,
    Poster.shown_original_key,
    HistoryEntry.old_original_key,
    HistoryEntry.old_thumb_key,
)
"""The columns that refer to an object; a key anywhere in deleted_movie.rows is a reference too.

A column that is added here needs triggers as migration 0006 has them.
"""

_VARIANT_OF = re.compile(r"posters/([0-9]{1,9})-")
_ROWS_AT_ONCE = 1000


def referred_to(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of keys (up to 500) that any row refers to.

    One statement, so one snapshot even in a transaction that has none: a deleted movie that is
    restored moves from one table to another, and is seen in one of them.
    """
    if not keys:
        return set()
    return set(session.scalars(_references(session, lambda key: key.in_(keys))))


def all_references(session: Session) -> Iterator[str]:
    """Yield the key of every object that any row refers to, once each."""
    query = _references(session, lambda key: or_(*(key.startswith(each) for each in PREFIXES)))
    yield from session.scalars(query, execution_options={"yield_per": _ROWS_AT_ONCE})


def _references(
    session: Session, condition: Callable[[ColumnElement[Any]], ColumnElement[bool]]
) -> CompoundSelect[Any]:
    """Return the query for the keys that rows refer to and that meet the condition."""
    in_rows = _value_in_deleted_rows(session)
    return union(
        *(select(column).where(condition(column.expression)) for column in COLUMNS),
        select(in_rows).select_from(DeletedMovie).where(condition(in_rows)),
    )


def _value_in_deleted_rows(session: Session) -> ColumnElement[Any]:
    """Return an expression for each value in a deleted movie's rows, at any depth."""
    if session.get_bind().dialect.name == "sqlite":
        tree = func.json_tree(DeletedMovie.rows).table_valued("value", joins_implicitly=True)
        return cast(tree.c.value, String)
    path: ColumnElement[str] = literal_column("'$.**'")
    found = func.jsonb_path_query(cast(DeletedMovie.rows, JSONB), path)
    value: Any = found.column_valued("found", joins_implicitly=True)
    unquoted: ColumnElement[Any] = value.op("#>>")(text("'{}'"))
    return unquoted


def retired_at(session: Session, keys: Collection[str]) -> dict[str, float]:
    """Return when the last reference to a key was dropped, for those of keys that lost one.

    In seconds since the epoch, by the database's clock.
    """
    latest = func.max(RetiredObject.retired_at).label("latest")
    rows = session.execute(
        select(RetiredObject.object_key, latest)
        .where(RetiredObject.object_key.in_(keys))
        .group_by(RetiredObject.object_key)
    )
    return {row.object_key: row.latest for row in rows}


def being_built(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of keys that belong to a movie whose poster is being built at this moment.

    The build may have stored them already and record them next.
    """
    movie_ids = {key: int(found[1]) for key in keys if (found := _VARIANT_OF.match(key))}
    held = select(Poster.movie_id).where(
        Poster.movie_id.in_(set(movie_ids.values())), Poster.lease_until > database_now()
    )
    building = set(session.scalars(held)) if movie_ids else set()
    return {key for key, movie_id in movie_ids.items() if movie_id in building}
