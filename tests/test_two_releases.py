"""The release before and this one side by side, on one database with this one's tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.accounts.admins import ensure_admin
from mozi.database import writing
from mozi.extensions import db
from mozi.models import Movie
from tests.conftest import MakeApp, on_both_backends
from tests.support.factories import (
    add_premiere,
    make_jpeg,
    make_movie,
    movie_of,
    premiere_of,
)
from tests.support.origin import Origin
from tests.support.release_before import ReleaseBefore, release_before
from tests.support.serving import wait_until

BEFORE, ITS_TABLES = "0fbe3b73e88e5ee9fe3d571e5ccf8b645c81d9bc", "0011"  # 1.0.0
PASSWORD = "long enough"
SHARED = {"SECRET_KEY": "k" * 32, "POSTER_ALLOW_PRIVATE_SOURCES": "1", "SITE_TODAY": "2026-11-26"}


@pytest.fixture
def app(make_app: MakeApp) -> Iterator[Flask]:
    """This release; nothing of the cache outlives a question."""
    made = make_app(PAGE_CACHE_COALESCE_SECONDS="0", **SHARED)
    with made.app_context():
        yield made


@pytest.fixture
def before(app: Flask, backend_env: dict[str, str], tmp_path: Path) -> Iterator[ReleaseBefore]:
    """The release before, with an admin signed in and a film, after this one has migrated."""
    ensure_admin("a@example.org", PASSWORD)
    flask_migrate.downgrade(revision=ITS_TABLES)
    env = {**backend_env, **SHARED, "PAGE_CACHE_COALESCE_SECONDS": "0"}
    with release_before(BEFORE, tmp_path / "before", env) as release:
        data = {"email": "a@example.org", "password": PASSWORD}
        assert release.ask("/admin/login", method="POST", data=data)[0] == 303
        save(release, "/admin/movies/new", title="Régi film", premiere_date="2026-11-27")
        assert "Régi film" in release.see("/")
        flask_migrate.upgrade()
        yield release


def save(release: ReleaseBefore, path: str, **fields: str) -> None:
    status, body = release.ask(path, method="POST", data=fields)
    assert status == 303, body


@on_both_backends
def test_the_release_before_serves_and_edits_on_the_new_tables(
    before: ReleaseBefore, client: FlaskClient, origin: Origin
) -> None:
    check_pages(before, client, origin)
    check_changes(before, client)
    if db.engine.dialect.name == "postgresql":  # on SQLite it is refused, and nothing changes
        save(before, "/admin/movies/1", title="Régi film", premiere_date="2026-12-31", version="1")
        assert premiere_of(1).premiere_date == date(2026, 12, 31)


def check_pages(before: ReleaseBefore, client: FlaskClient, origin: Origin) -> None:
    """The release before has every page, with what this one adds, and builds its poster."""
    origin.serve("/a.jpg", make_jpeg())
    added = make_movie(title="Új film", poster_url=origin.url("/a.jpg"))
    months = "/premierek/2026/11", "/premierek/2026", "/en/premierek/2026/11"
    feeds = "/naptar.ics", "/rss.xml", "/api/v1/premieres?from=2026-11-01&to=2026-12-31"
    for path in ("/", "/filmek", "/kereses?q=film", *months, *feeds, "/admin/movies"):
        page = before.see(path)
        assert "Régi film" in page, path
        assert "Új film" in page, path
    for path in ("/readyz", "/admin/status", "/sitemap.xml", f"/film/{added}-uj-film"):
        before.see(path)
    assert before.ask(f"/poster/{added}-uj-film.thumb.jpg")[0] in {200, 302}
    assert f"/poster/{added}" not in client.get("/filmek").text  # its variant is linked


def check_changes(before: ReleaseBefore, client: FlaskClient) -> None:
    """Each sees what the other one changes, and the movie's first premiere stands for it."""
    december = "/premierek/2026/12"
    save(before, "/admin/movies/new", title="Másik film", premiere_date="2026-12-03")
    movie_id = make_movie() - 1
    wait_until(lambda: "Másik film" in client.get(december).text)
    with writing() as session:
        session.get_one(Movie, movie_id).premieres[0].premiere_date = date(2026, 12, 24)
    wait_until(lambda: "2026-12-24" in before.see(f"/film/{movie_id}-masik-film"))
    add_premiere(movie_id, kind="rerelease", premiere_date=date(2027, 3, 4))
    assert "Másik film" not in before.see("/premierek/2027/03")
    fields = {"premiere_date": "2026-12-24", "version": str(movie_of(movie_id).version)}
    save(before, f"/admin/movies/{movie_id}", title="Harmadik film", **fields)
    wait_until(lambda: "Harmadik film" in client.get(december).text)
    assert premiere_of(movie_id).premiere_date == date(2026, 12, 24)
