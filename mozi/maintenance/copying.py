"""Copies a whole database into an empty one, SQLite to PostgreSQL and back.

The source is read in one snapshot, in chunks; the target is written in one transaction, so that
an interrupted run leaves it empty. The target's triggers run as for any insert; the rows that
they keep themselves are replaced by the source's in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    Table,
    delete,
    func,
    insert,
    select,
    text,
)

from mozi.errors import CopyRefused
from mozi.extensions import db
from mozi.models import NAMES, STATUS

CHUNK = 1000
KEPT_BY_TRIGGERS = (NAMES, STATUS)  # beside movie_search, which has no model
# A start, a migration or a look at the desk may have left rows in the others.
FILLED = ("movie", "admin")


def copy_database(
    source: Connection, target: Engine, *, on_rows: Callable[[int], object] = lambda count: None
) -> dict[str, int]:
    """Copy every row of source, which is in a snapshot; return the rows by table.

    The target has the tables of this release. Raises CopyRefused, and leaves the target as it
    was, where it is filled, or where the counts differ in the end.
    """
    with _writing(target) as connection:
        _refuse_filled(connection)
        tables = _in_order()
        for table in reversed(tables):
            connection.execute(delete(table))
        for table in tables:
            if table in KEPT_BY_TRIGGERS:
                connection.execute(delete(table))
            _copy_table(source, connection, table, on_rows=on_rows)
        _set_sequences(source, connection, tables)
        return _compared(source, connection, tables)


def count_rows(connection: Connection) -> int:
    """Return the number of rows to copy."""
    return sum(_count(connection, table) for table in _in_order())


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the database's tables, None without any."""
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in one long transaction, without PostgreSQL's limits for requests."""
    with engine.connect().execution_options(mozi_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            without_limits(connection)
            for table in _in_order():  # no other process writes meanwhile
                connection.execute(text(f"LOCK TABLE {_quoted(connection, table)}"))
        yield connection


def without_limits(connection: Connection) -> None:
    """Let statements of this transaction of PostgreSQL take as long as they need."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.connection.driver_connection.is_watched = False  # type: ignore[union-attr]


def _refuse_filled(connection: Connection) -> None:
    for table in _in_order():
        if (
            table.name in FILLED
            and connection.execute(select(1).select_from(table).limit(1)).first()
        ):
            raise CopyRefused(f"The target has rows already ({table.name}); it takes an empty one.")


def _in_order() -> list[Table]:
    """Return the tables, each after those that it refers to; those of triggers last."""
    tables = [each for each in db.metadata.sorted_tables if each not in KEPT_BY_TRIGGERS]
    return [*tables, *KEPT_BY_TRIGGERS]


def _copy_table(
    source: Connection, target: Connection, table: Table, *, on_rows: Callable[[int], object]
) -> None:
    rows = source.execution_options(yield_per=CHUNK).execute(select(table))
    for chunk in rows.mappings().partitions(CHUNK):
        target.execute(insert(table), [dict(row) for row in chunk])
        on_rows(len(chunk))


def _set_sequences(source: Connection, target: Connection, tables: Sequence[Table]) -> None:
    """Have both databases go on behind the largest number that was ever given, not reusing any."""
    for table in tables:
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, Integer) or not _is_counted(table):
            continue
        last = _last_number(source, table, column)
        if last and target.dialect.name == "postgresql":
            name = _sequence(target, table, column)
            target.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})
        elif last and table.dialect_options["sqlite"]["autoincrement"]:
            known = {"name": table.name, "last": last}
            target.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), known)
            target.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), known)


def _is_counted(table: Table) -> bool:
    """Return whether the database gives the primary key: it does for a single integer."""
    columns = list(table.primary_key.columns)
    return len(columns) == 1 and columns[0].autoincrement is not False


def _last_number(source: Connection, table: Table, column: Column[Any]) -> int:
    largest = source.execute(select(func.max(column))).scalar_one() or 0
    return max(largest, _given(source, table, column))


def _given(source: Connection, table: Table, column: Column[Any]) -> int:
    """Return the last number that the source gave, 0 where it keeps none."""
    if source.dialect.name == "postgresql":
        query = f"SELECT last_value FROM {_sequence(source, table, column)} WHERE is_called"  # noqa: S608 - the database's own name # nosec B608
        return int(source.execute(text(query)).scalar() or 0)
    if not table.dialect_options["sqlite"]["autoincrement"]:
        return 0
    query = "SELECT seq FROM sqlite_sequence WHERE name = :name"
    return int(source.execute(text(query), {"name": table.name}).scalar() or 0)


def _sequence(connection: Connection, table: Table, column: Column[Any]) -> str:
    query = text("SELECT pg_get_serial_sequence(:table, :column)")
    names = {"table": _quoted(connection, table), "column": column.name}
    return str(connection.execute(query, names).scalar_one())


def _compared(source: Connection, target: Connection, tables: Sequence[Table]) -> dict[str, int]:
    counts = {table.name: _count(source, table) for table in tables}
    for table in tables:
        if _count(target, table) != counts[table.name]:
            raise CopyRefused(f"The rows of {table.name} differ after the copy; nothing was kept.")
    return counts


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)
