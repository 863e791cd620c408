"""Writes many rows by one statement.

psycopg runs a statement once a row: the 370,000 rows of an import of 17,470 movies took seconds
of its processor time, and of PostgreSQL's. So PostgreSQL gets the rows as one JSON text. SQLite's
driver runs a statement for many rows in C.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Cast,
    ColumnElement,
    Insert,
    Table,
    TableValuedAlias,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

Rows = Sequence[Mapping[str, Any]]

_DIALECT: Any = None  # no type of the models asks for it


def insert_many(session: Session, table: Table, rows: Rows, *, keep: bool = False) -> None:
    """Insert the rows, which all have the same columns; the others get their defaults.

    keep: a row that the table has already stays as it is, and raises nothing.
    """
    if not rows:
        return
    if on_postgresql(session):
        names = tuple(rows[0])
        text = rows_as_text(rows, {name: table.c[name].type for name in names})
        session.execute(_insert_from_text(table, names, keep=keep), {"rows": text})
    else:
        one = sqlite.insert(table)
        session.execute(one.on_conflict_do_nothing() if keep else one, list(rows))


def on_postgresql(session: Session) -> bool:
    """Return whether the session's database is PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


@cache
def _insert_from_text(table: Table, names: tuple[str, ...], *, keep: bool) -> Insert:
    """Return the statement; json_populate_recordset reads the values as the table's types."""
    like: ColumnElement[Any] = literal_column(f"NULL::{table.name}")
    given = func.json_populate_recordset(like, given_text()).table_valued(*map(column, names))
    insert = postgresql.insert(table).from_select(names, select(*given.c))
    return insert.on_conflict_do_nothing() if keep else insert


def given_rows(types: Mapping[str, Any]) -> TableValuedAlias:
    """Return the rows of the parameter "rows", a text of rows_as_text; types: by column."""
    columns = (column(name, type_) for name, type_ in types.items())
    given = func.json_to_recordset(given_text()).table_valued(*columns)
    return given.render_derived(with_types=True)


def given_text() -> Cast[Any]:
    """Return the parameter "rows" as JSON."""
    return cast(bindparam("rows", type_=Text), JSON)


def rows_as_text(rows: Rows, types: Mapping[str, Any]) -> str:
    """Return the rows as one JSON text; types: the columns'."""
    own = {n: t.process_bind_param for n, t in types.items() if isinstance(t, TypeDecorator)}
    if own:
        rows = [{**row, **{n: to(row[n], _DIALECT) for n, to in own.items()}} for row in rows]
    return json.dumps(rows, default=_as_text)


def _as_text(value: object) -> str:
    """Return a date's or a moment's text, which PostgreSQL reads."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(value)
