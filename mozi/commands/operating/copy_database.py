"""flask copy-database: everything into another, empty database."""

from __future__ import annotations

import json
import time

import click
import flask_migrate
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from mozi.commands.endings import operator_command
from mozi.commands.progress import progress, quiet
from mozi.database import engine_options, in_one_line, prepare, reading_rows
from mozi.errors import CopyRefused
from mozi.extensions import db
from mozi.maintenance.copying import copy_database, count_rows, revision_of, without_limits
from mozi.settings import normal_database_url


@operator_command("copy-database")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def copy_database_command(url: str, as_json: bool) -> None:
    """Copy everything into the empty database at URL, SQLite to PostgreSQL or back.

    The command makes the tables there. Stop the site first: what is written meanwhile stays
    behind. An interrupted copy leaves the target empty. Pictures stay where they are. Afterwards
    set DATABASE_URL to URL.
    """
    address = normal_database_url(url)
    if not address:
        raise click.BadParameter("it takes postgresql://… or sqlite:///…", param_hint="URL")
    began = time.monotonic()
    try:
        counts = _copy(address)
    except DBAPIError as error:
        raise CopyRefused(f"The copy failed: {in_one_line(error)}; nothing was kept.") from error
    seconds = round(time.monotonic() - began, 3)
    rows = sum(counts.values())
    if as_json:
        click.echo(json.dumps({"rows": rows, "tables": counts, "seconds": seconds}))
    else:
        click.echo(f"Copied {rows} rows of {len(counts)} tables in {seconds} s; counts agree.")


def _copy(address: str) -> dict[str, int]:
    target = _other_app(address)
    with reading_rows() as source:
        if source.dialect.name == "postgresql":
            without_limits(source)
        head = ScriptDirectory(target.extensions["migrate"].directory).get_current_head()
        if revision_of(source) != head:
            raise CopyRefused("This database is of another release: `flask db upgrade` first.")
        if db.engine.url == (engine := _engine(target)).url:
            raise CopyRefused("That is the database of this site itself.")
        _migrate(target, engine, head=str(head))
        with progress("row", count_rows(source)) as shown:
            try:
                return copy_database(source, engine, on_rows=shown.update)
            finally:
                engine.dispose()


def _migrate(target: Flask, engine: Engine, *, head: str) -> None:
    """Make the tables; raises CopyRefused where there are some of another release."""
    with engine.connect() as connection:
        revision = revision_of(connection)
    if revision not in {None, head}:
        raise CopyRefused(f"The target has the tables of another release ({revision}).")
    if revision is None:
        with target.app_context(), quiet("alembic"):
            flask_migrate.upgrade()


def _engine(target: Flask) -> Engine:
    with target.app_context():
        return db.engine


def _other_app(address: str) -> Flask:
    """Return an app on the other database, with its tables and migrations and nothing else."""
    here = current_app
    other = Flask(here.import_name, root_path=here.root_path, instance_path=here.instance_path)
    other.config.update(
        SQLALCHEMY_DATABASE_URI=address, SQLALCHEMY_ENGINE_OPTIONS=engine_options(address)
    )
    db.init_app(other)
    with other.app_context():
        prepare(db.engine)
    flask_migrate.Migrate(other, db, directory=f"{here.root_path}/migrations", render_as_batch=True)
    return other
