"""Runs the migrations through the app, in one transaction; simultaneous runs take turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

# "mozi" in ASCII; any number that is the same in every release would do.
MIGRATION_LOCK = 0x6D6F7A69
COLUMNS_OF_1_0 = ("premiere_date", "date_precision", "kind", "status")  # migration 0025

extension = current_app.extensions["migrate"]


def run_migrations() -> None:
    """Migrate in one transaction, so that a killed migration changes nothing."""
    with _connected() as connection:
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            include_name=_is_in_a_model,
            transactional_ddl=True,  # on SQLite too, where the app begins its transactions itself
            **_without_empty_revisions(extension.configure_args),
        )
        with _free_to_rebuild(connection), context.begin_transaction():
            _wait_for_turn(connection)
            context.run_migrations()
            _check_foreign_keys(connection)


def _connected() -> Connection:
    """Return a connection; raises CommandError, which `flask db` prints in one line."""
    connectable = extension.db.engine.execution_options(mozi_writes=True)
    try:
        return connectable.connect()
    except OperationalError as error:
        raise CommandError(f"The database cannot be used: {error.orig}") from None


@contextmanager
def _free_to_rebuild(connection: Connection) -> Iterator[None]:
    """Turn SQLite's foreign keys off in the block: dropping a table deletes what refers to it.

    Only outside of a transaction can they be turned off (sqlite.org/foreignkeys.html).
    """
    driver = connection.connection
    if connection.dialect.name == "sqlite":
        driver.cursor().execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        if connection.dialect.name == "sqlite":
            driver.cursor().execute("PRAGMA foreign_keys = ON")


def _check_foreign_keys(connection: Connection) -> None:
    """Raise CommandError where a migration left a row of SQLite that refers to none."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise CommandError(f"A row of {broken[0]} refers to no row of {broken[2]}.")


def _is_in_a_model(name: str | None, kind: str, parents: Any) -> bool:
    """Leave out the tables of the search, which differ on each database, and what 1.0 reads."""
    if kind == "column" and parents["table_name"] == "movie":
        return name not in COLUMNS_OF_1_0
    return not (kind == "table" and (name or "").startswith("movie_search"))


def _wait_for_turn(connection: Connection) -> None:
    """Wait until no other release migrates; no limit applies to the wait or to a statement."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.connection.driver_connection.is_watched = False
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))


def _without_empty_revisions(arguments: dict[str, Any]) -> dict[str, Any]:
    def drop_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
        if getattr(context.config.cmd_opts, "autogenerate", False):
            directives[:] = [d for d in directives if not d.upgrade_ops.is_empty()]

    return {"process_revision_directives": drop_empty, **arguments}


if context.is_offline_mode():
    raise SystemExit("Mozi migrates online only: flask db upgrade.")
run_migrations()
