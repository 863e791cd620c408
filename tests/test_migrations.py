"""The migrations lead to what the models say, on both databases, and back."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select, text

from mozi.accounts.admins import ensure_admin
from mozi.database import postgresql, reading, writing
from mozi.extensions import db
from mozi.models import CatalogueMovie, Movie
from tests.conftest import MakeApp, on_both_backends
from tests.support.factories import make_movie, make_variants

MIGRATION_LOCK = 0x6D6F7A69  # as in migrations/env.py


@on_both_backends
def test_models_and_migrations_agree(app: Flask) -> None:
    with db.engine.connect() as connection:
        opts = {"compare_server_default": True, "include_name": _is_in_a_model}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, db.metadata) == []


def _is_in_a_model(name: str | None, kind: str, parents: Any) -> bool:
    """Leave out the search's own tables, and the columns that release 1.0 alone reads."""
    if kind == "column" and parents["table_name"] == "movie":
        return name not in {"premiere_date", "date_precision", "kind", "status"}
    return not (kind == "table" and (name or "").startswith("movie_search"))


@on_both_backends
def test_every_migration_can_be_taken_back(app: Flask) -> None:
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert "movie" in inspect(db.engine).get_table_names()


@on_both_backends
def test_data_of_the_last_three_schemas_comes_through_up_and_down(app: Flask) -> None:
    for number in range(3):
        make_variants(make_movie(title=f"Film {number}", director="Antal Nimród"))
    ensure_admin("a@example.org", "long enough")
    heads = [each.revision for each in ScriptDirectory(app_migrations()).walk_revisions()]
    before = rows()
    for revision in heads[1:4]:
        flask_migrate.downgrade(revision=revision)
        assert rows() == before, revision
        flask_migrate.upgrade()
        assert rows() == before, revision


@on_both_backends
def test_languages_that_tmdb_has_told_before_are_those_of_the_films(app: Flask) -> None:
    for number, said in enumerate(("fr", "cn", "xx", None), 1):
        movie_id = make_movie(title=f"Film {number}")
        with writing() as session:
            session.add(CatalogueMovie(tmdb_id=number, movie_id=movie_id, original_language=said))
    flask_migrate.downgrade(revision="0030")
    flask_migrate.upgrade()
    with reading() as session:
        languages = session.scalars(select(Movie.original_language).order_by(Movie.id)).all()
    assert languages == ["fr", "yue", None, None]


def app_migrations() -> str:
    return str(Path(__file__).parents[1] / "migrations")


def rows() -> list[list[tuple[Any, ...]]]:
    """Return what an operator would miss, by the columns that all these schemas have."""
    queries = (
        'SELECT id, version, title, director, "cast", added_at FROM movie ORDER BY id',
        "SELECT id, movie_id, kind, premiere_date, status FROM premiere ORDER BY id",
        "SELECT movie_id, media, object_key, url FROM poster_variant ORDER BY movie_id, media",
        "SELECT email, password_hash FROM admin ORDER BY email",
    )
    with db.engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in queries]


@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_a_migration_waits_for_another_one_longer_than_a_request_would(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "SILENCE_S", 0.3)
    waited_from = time.monotonic()
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as one:
        one.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        ending = threading.Timer(1, one.close)
        ending.start()
        flask_migrate.upgrade()
        ending.join()
    assert time.monotonic() - waited_from >= 1


def test_a_database_that_is_not_there_is_told_in_one_line(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/mozi", SECRET_KEY="x" * 32)
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 1
    assert "The database cannot be used: connection failed" in caplog.text


def test_sqlite_keeps_foreign_keys_and_reads_beside_a_writer(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000
