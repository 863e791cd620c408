"""flask copy-database: SQLite to PostgreSQL and back."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text

from mozi.accounts.admins import ensure_admin
from mozi.calendar.editing.trash import delete_movie
from mozi.database import reading, reading_rows, writing
from mozi.demo.loading import add_films
from mozi.extensions import db
from mozi.maintenance import copying
from mozi.models import Movie
from tests.conftest import MakeApp, database, on_both_backends
from tests.support.factories import THURSDAY, make_movie, make_variants, update_movie

PATHS = (
    *("/", "/en/", "/filmek", "/premierek/2026/11", "/premierek/2026", "/kereses?q=bela"),
    *("/naptar.ics", "/rss.xml", "/api/v1/premieres", "/sitemap.xml", "/film/{id}-x"),
)


@pytest.fixture
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the other kind."""
    if request.node.callspec.params.get("backend_env") == "servers":
        yield f"sqlite:///{tmp_path / 'copy.sqlite3'}"
        return
    pg_url, name = request.getfixturevalue("pg_url"), f"copy_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield database(pg_url, name)
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def copy(app: Flask, url: str) -> Result:
    return app.test_cli_runner().invoke(args=["copy-database", url, "--json"])


def fill() -> int:
    """Fill the tables with what a site has, and return the id of a film."""
    add_films(THURSDAY)
    ensure_admin("anna@example.org", "correct horse battery")
    movie_id = make_movie(title="Béla; „a” 100 %", poster_url="https://example.org/b.jpg")
    make_variants(movie_id)
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), {"title": "Béla"})
    gone = make_movie(title="Törölt")
    with writing() as session:
        delete_movie(session, gone, by="anna@example.org")
    return movie_id


def contents() -> dict[str, list[Any]]:
    """Return the rows of every table, in a form that both databases share."""
    with reading_rows() as connection:
        tables = {t.name: connection.execute(select(t)).all() for t in db.metadata.sorted_tables}
    return {
        name: sorted(repr([_comparable(value) for value in row]) for row in rows)
        for name, rows in tables.items()
    }


def _comparable(value: Any) -> Any:
    """Return a moment in UTC: each driver has its own object for that zone."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def shown(app: Flask, movie_id: int) -> dict[str, bytes]:
    client = app.test_client()
    paths = [path.format(id=movie_id) for path in PATHS]
    return {path: client.get(path, follow_redirects=True).data for path in paths}


@on_both_backends
def test_every_row_and_every_page_is_the_same_on_the_other_database(
    app: Flask, make_app: MakeApp, other_url: str
) -> None:
    movie_id = fill()
    pages = shown(app, movie_id)  # which also fills in the order of the titles
    rows = contents()
    copied = copy(app, other_url)
    assert copied.exit_code == 0, copied.stderr
    assert json.loads(copied.stdout)["tables"]["movie"] == len(rows["movie"])
    other = make_app(DATABASE_URL=other_url, SECRET_KEY="x" * 32)
    with other.app_context():
        assert contents() == rows
        assert shown(other, movie_id) == pages
        added = make_movie(title="Új")
        assert added > max(int(movie_id), movie_id)
        assert "Új" in other.test_client().get("/kereses?q=uj").text


@on_both_backends
def test_a_number_that_was_given_is_not_given_again(
    app: Flask, make_app: MakeApp, other_url: str
) -> None:
    make_movie()
    with reading() as session:
        (last,) = session.execute(text("SELECT max(id) FROM premiere")).one()
    with writing() as session:
        columns = "movie_id, kind, premiere_date"
        more = columns.replace("kind", "'streaming'")
        session.execute(text(f"INSERT INTO premiere ({columns}) SELECT {more} FROM premiere"))
        session.execute(text("DELETE FROM premiere WHERE id > :last"), {"last": last})
    assert copy(app, other_url).exit_code == 0
    other = make_app(DATABASE_URL=other_url, SECRET_KEY="x" * 32)
    with other.app_context():
        make_movie()
        with reading() as session:
            assert session.execute(text("SELECT max(id) FROM premiere")).scalar_one() == last + 2


@on_both_backends
def test_a_filled_target_is_refused(app: Flask, make_app: MakeApp, other_url: str) -> None:
    make_movie()
    assert copy(app, other_url).exit_code == 0
    again = copy(app, other_url)
    assert (again.exit_code, "it takes an empty one" in again.stderr) == (1, True)


@on_both_backends
def test_a_schema_of_another_release_is_refused(
    app: Flask, make_app: MakeApp, other_url: str
) -> None:
    make_movie()
    other = make_app(DATABASE_URL=other_url, SECRET_KEY="x" * 32)
    with other.app_context():
        flask_migrate.upgrade(revision="0012")
    with app.app_context():
        older = copy(app, other_url)
        flask_migrate.downgrade(revision="0015")
        source = copy(app, other_url)
    assert (older.exit_code, source.exit_code) == (1, 1)
    assert "another release (0012)" in older.stderr
    assert "`flask db upgrade` first" in source.stderr


@on_both_backends
def test_an_interrupted_copy_leaves_the_target_empty(
    app: Flask, make_app: MakeApp, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(copying, "_set_sequences", interrupt)  # after the last row
        assert copy(app, other_url).exit_code == 130
    other = make_app(DATABASE_URL=other_url, SECRET_KEY="x" * 32)
    with other.app_context():
        left = {name for name, rows in contents().items() if rows}
    assert left <= {"site"}  # made by the migration
    assert copy(app, other_url).exit_code == 0


def test_the_sites_own_database_is_refused(app: Flask) -> None:
    itself = copy(app, str(db.engine.url))
    assert (itself.exit_code, "this site itself" in itself.stderr) == (1, True)


@pytest.mark.parametrize("url", ["mysql://h/d", "movies.sqlite3"])
def test_an_address_of_another_kind_is_wrong_usage(app: Flask, url: str) -> None:
    assert copy(app, url).exit_code == 2


def test_a_fault_of_the_target_ends_in_one_line(app: Flask, tmp_path: Path) -> None:
    target = tmp_path / "file.sqlite3"
    sqlite3.connect(target).execute("CREATE TABLE movie (id)").connection.commit()
    refused = copy(app, f"sqlite:///{target}")
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
