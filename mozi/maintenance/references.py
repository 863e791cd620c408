"""Which objects the database refers to: what is shown, what history and undo need. Reads only."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    func,
    literal_column,
    select,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from mozi.database import database_now
from mozi.models import DeletedMovie, HistoryEntry, Poster, PosterVariant, RetiredObject

_VARIANT_OF = re.compile(r"posters/([0-9]{1,9})-")
# The columns that refer to an object. A deleted movie's rows, which undo needs, are searched too.
COLUMNS = (
    PosterVariant.object_key,
    Poster.original_key,
    Poster.shown_original_key,
    HistoryEntry.old_original_key,
    HistoryEntry.old_thumb_key,
)


def referred_to(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of keys (up to 500) that any row refers to.

    One statement, so one snapshot even in a transaction that has none: a row that moves from
    one table to another (a deleted movie, had back) is seen in one of them.
    """
    if not keys:
        return set()
    queries: list[Select[Any]] = [select(c.label("key")).where(c.in_(keys)) for c in COLUMNS]
    queries.append(_kept_for_undo(session, keys))
    return {row.key for row in session.execute(union(*queries))}


def retired_at(session: Session, keys: Collection[str]) -> dict[str, float]:
    """Return when the last reference was dropped, for those of keys that ever had one dropped.

    Seconds since the epoch, by the database's clock.
    """
    latest = func.max(RetiredObject.retired_at).label("latest")
    rows = session.execute(
        select(RetiredObject.object_key, latest)
        .where(RetiredObject.object_key.in_(keys))
        .group_by(RetiredObject.object_key)
    )
    return {row.object_key: row.latest for row in rows}


def being_built(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of keys that belong to a movie whose poster is being built just now.

    They may have been stored a moment ago, to be recorded in the next.
    """
    movie_ids = {key: int(found[1]) for key in keys if (found := _VARIANT_OF.match(key))}
    held = select(Poster.movie_id).where(
        Poster.movie_id.in_(set(movie_ids.values())), Poster.lease_until > database_now()
    )
    building = set(session.scalars(held)) if movie_ids else set()
    return {key for key, movie_id in movie_ids.items() if movie_id in building}


def _kept_for_undo(session: Session, keys: Collection[str]) -> Select[Any]:
    """Return the query for those of keys that stand anywhere in a deleted movie's rows."""
    value: Any
    if session.get_bind().dialect.name == "sqlite":
        tree = func.json_tree(DeletedMovie.rows).table_valued("value", joins_implicitly=True)
        value = cast(tree.c.value, String)
    else:
        path: ColumnElement[str] = literal_column("'$.**'")
        found = func.jsonb_path_query(cast(DeletedMovie.rows, JSONB), path)
        value = found.column_valued("found", joins_implicitly=True).op("#>>")(text("'{}'"))
    return select(value.label("key")).select_from(DeletedMovie).where(value.in_(keys))
