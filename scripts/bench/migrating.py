"""Migrating many movies between the schema of one premiere a movie and the latest one.

.venv/bin/python -m scripts.bench.migrating [--movies 100000] [--databases SQLite PostgreSQL]
PostgreSQL comes from the development requirements, as it is.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext

import flask_migrate
from sqlalchemy import text

from mozi import create_app
from mozi.extensions import db
from mozi.settings import Settings
from scripts.bench.render import fill
from tests.support.servers import postgresql

BEFORE = "0012"  # the last one before films had several premieres
DATABASES = ("SQLite", "PostgreSQL")


def seconds(call: Callable[[], object]) -> str:
    """Return the time of a call, and this process's share of it: all of SQLite's work."""
    began, worked = time.perf_counter(), time.process_time()
    call()
    return f"{time.perf_counter() - began:.1f} s ({time.process_time() - worked:.1f} s here)"


def measure(database: str, movies: int) -> None:
    """Print the time down and up again."""
    server = postgresql() if database == "PostgreSQL" else nullcontext()
    with tempfile.TemporaryDirectory() as folder, server as url:
        env = {"DATA_DIR": folder, "LOG_LEVEL": "ERROR", "SECRET_KEY": "x" * 32}
        env |= {"DATABASE_URL": url} if url else {}
        app = create_app(Settings.from_env({**os.environ, **env}))
        with app.app_context():
            flask_migrate.upgrade()
            fill(movies)
            _move_half()
            down = seconds(lambda: flask_migrate.downgrade(revision=BEFORE))
            up = seconds(flask_migrate.upgrade)
            db.engine.dispose()
    print(f"{database} {movies:,} movies: to {BEFORE} {down}, to the latest {up}", flush=True)


def _move_half() -> None:
    """Give every second movie a move of its date."""
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO date_change (movie_id, premiere_id, changed_at,"
                " old_date, old_precision, new_date, new_precision)"
                " SELECT movie_id, id, added_at, premiere_date, 'month', premiere_date, 'day'"
                " FROM premiere WHERE id % 2 = 0 AND added_at IS NOT NULL"
            )
        )


def main() -> None:
    """Print a line for each database."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--movies", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    options = parser.parse_args()
    logging.disable()
    for database in options.databases:
        measure(database, options.movies)


if __name__ == "__main__":
    main()
