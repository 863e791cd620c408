"""Short transactions for reading a snapshot and for writing, and the database's own clock.

No transaction is open while bytes or pixels move. So a transaction is a `with` block and not
tied to the request.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Double, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import FunctionElement

from mozi.extensions import db

T = TypeVar("T")

BUSY_TIMEOUT_S = 5
IN_LIMIT = 500  # parameters of one IN; SQLite before 3.32 takes 999 a statement
UNREACHABLE = (OperationalError, PoolTimeout)
"""The errors of a database that cannot be reached, is silent or too busy."""


@contextmanager
def reading() -> Iterator[Session]:
    """Give a session whose queries all see one snapshot; nothing is written.

    PostgreSQL: repeatable read, read only. SQLite: one deferred transaction, which in WAL
    mode is a snapshot from its first read on.
    """
    with Session(db.engine, expire_on_commit=False) as session:
        session.connection(execution_options=_reading_options())
        yield session
        session.rollback()


@contextmanager
def reading_rows() -> Iterator[Connection]:
    """Give a connection for reading(): without mapped objects, in half the time."""
    with db.engine.connect().execution_options(**_reading_options()) as connection:
        yield connection
        connection.rollback()


def _reading_options() -> dict[str, Any]:
    if db.engine.dialect.name == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {}


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session that commits at the end of the block; an exception rolls it back.

    On SQLite it begins immediate. A deferred transaction that turns from reading to writing
    fails at once if another one wrote meanwhile, whatever the busy timeout.
    """
    with Session(db.engine, expire_on_commit=False) as session, session.begin():
        session.connection(execution_options={"mozi_writes": True})
        yield session


@contextmanager
def writing_rows() -> Iterator[Connection]:
    """Give a connection for writing(): without mapped objects, in half the time."""
    writes = db.engine.connect().execution_options(mozi_writes=True)
    with writes as connection, connection.begin():
        yield connection


@contextmanager
def in_index_order(session: Session) -> Iterator[None]:
    """Have PostgreSQL read by an index that has the wanted order, and not sort all rows.

    Where it expects very few rows to meet a condition, it would look at all of them.
    """
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        session.execute(text("SET LOCAL enable_sort = off"))
    yield
    if on_postgresql:
        session.execute(text("SET LOCAL enable_sort = on"))


def in_chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield the values in lists that are short enough for the IN of one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, IN_LIMIT)):
        yield chunk


class database_now(FunctionElement[float]):  # noqa: N801 - reads like the SQL function that it is
    """The database's clock, in seconds since the epoch: one clock for all machines."""

    type = Double()
    inherit_cache = True


@compiles(database_now, "postgresql")
def _now_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return "EXTRACT(EPOCH FROM clock_timestamp())::double precision"


@compiles(database_now, "sqlite")
def _now_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


def engine_options(database_url: str) -> dict[str, Any]:
    """Return the options of create_engine: bounded pools, bounded waits."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return {
            "pool_size": 16,
            "max_overflow": 16,
            "pool_timeout": 5,
            "connect_args": {"timeout": BUSY_TIMEOUT_S},
        }
    from mozi.database import postgresql  # here: its driver takes 12 MB of every process

    return postgresql.engine_options()


def prepare(engine: Engine) -> None:
    """Set up the engine's connections, before the first one is made."""
    if engine.dialect.name == "postgresql":
        from mozi.database import postgresql

        postgresql.prepare(engine)
    else:
        prepare_sqlite(engine)


def in_one_line(error: Exception) -> str:
    """Return the error in one line; of a database error the driver's words, without the SQL."""
    said = str(error.orig) if isinstance(error, DBAPIError) else repr(error)
    return said.partition("\n")[0]


def cure_of(error: DBAPIError) -> str:
    """Return a line on what to do if a table or a column is missing, else ""."""
    missing = "no such (table|column)|(relation|column) .* does not exist"
    found = re.search(missing, str(error.orig))
    return "\n`flask db upgrade` brings its tables up to date." if found else ""


def fail_fast(engine: Engine) -> None:
    """Have only one request of the process wait for a silent PostgreSQL; for servers only.

    A command may wait. SQLite is never silent.
    """
    if engine.dialect.name == "postgresql":
        from mozi.database import postgresql

        postgresql.fail_fast(engine)


def prepare_sqlite(engine: Engine) -> None:
    """Make SQLite enforce foreign keys, read beside a writer (WAL), and begin explicitly."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late for snapshots
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("mozi_writes")
        statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
        try:  # directly: exec_driver_sql takes 0.2 ms more
            connection.connection.cursor().execute(statement)
        except sqlite3.OperationalError as error:
            raise OperationalError(statement, None, error) from error
