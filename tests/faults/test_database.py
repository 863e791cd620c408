"""PostgreSQL restarted: what was shown stays shown, and the first request after it is right."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mozi import create_app
from mozi.extensions import db
from mozi.pagecache import cache
from mozi.posters.queries import get_poster
from mozi.settings import Settings
from tests.conftest import migrated
from tests.support.factories import make_jpeg, make_movie
from tests.support.logs import Said
from tests.support.origin import Origin
from tests.support.outside import all_answer, counted, let_leases_pass, path_of
from tests.support.servers import Postgresql, restartable_postgresql


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Postgresql]:
    with restartable_postgresql(apart=True) as server:
        yield server


@pytest.fixture
def app(
    postgresql: Postgresql,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    monkeypatch.setattr(cache, "BACKOFF_S", 0.1)
    env = {
        "DATABASE_URL": postgresql.url,
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "SECRET_KEY": "x" * 32,
        "SITE_TODAY": "2026-11-26",
        "POSTER_ALLOW_PRIVATE_SOURCES": "1",
        "PAGE_CACHE_COALESCE_SECONDS": "0",
    }
    app = create_app(Settings.from_env(env))
    migrated(app)
    with app.app_context():
        yield app
        db.engine.dispose()
        gc.collect()  # what is warned of connections that were cut is this test's, no later one's


def test_a_restart_of_the_database(app: Flask, postgresql: Postgresql, said: Said) -> None:
    client = app.test_client()
    make_movie(title="Egy")
    assert client.get("/").status_code == 200
    failures = counted("mozi_page_render_failures_total", page="index")
    postgresql.stop()
    try:
        time.sleep(1.1)  # the page is looked at again after a second
        shown = client.get("/")
        assert (shown.status_code, "Egy" in shown.text) == (200, True)
        assert shown.headers["Cache-Status"] == "mozi; hit; detail=stale"
        cold = client.get("/premierek/2027/01")
        assert (cold.status_code, "Retry-After" in cold.headers) == (503, True)
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
    finally:
        postgresql.start()
    assert counted("mozi_page_render_failures_total", page="index") > failures
    assert any("the previous page is shown" in line for line in said.messages("ERROR"))
    assert client.get("/premierek/2027/01").status_code == 200
    make_movie(title="Kettő")
    time.sleep(1.1)
    assert "Kettő" in client.get("/").text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_database_that_falls_silent(
    app: Flask, postgresql: Postgresql, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.engine.dispose()
    client = app.test_client()
    make_movie(title="Egy")
    assert client.get("/").status_code == 200
    time.sleep(1.1)
    with postgresql.silent(), monkeypatch.context() as soon:
        soon.setattr("mozi.database.postgresql.SILENCE_S", 0.5)
        shown = client.get("/")
        assert (shown.status_code, "Egy" in shown.text) == (200, True)
        assert shown.headers["Cache-Status"] == "mozi; hit; detail=stale"
        cold = client.get("/premierek/2027/01")
        assert (cold.status_code, "Retry-After" in cold.headers) == (503, True)
    assert any("the previous page is shown" in line for line in said.messages("ERROR"))
    make_movie(title="Kettő")
    time.sleep(1.1)
    assert "Kettő" in client.get("/").text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_statement_that_a_silent_database_does_not_answer(
    app: Flask, postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.engine.dispose()
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with postgresql.silent(), monkeypatch.context() as soon:
            soon.setattr("mozi.database.postgresql.SILENCE_S", 0.5)
            with pytest.raises(OperationalError, match="has not answered for 0.5 seconds"):
                connection.execute(text("SELECT 1"))
        assert connection.invalidated
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


# psycopg warns of each connection that the server cut and nobody could close.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_build_that_a_restart_meets(app: Flask, postgresql: Postgresql, origin: Origin) -> None:
    origin.serve("/a.jpg", make_jpeg(), delay_s=0.5)
    movie, client = make_movie(poster_url=origin.url("/a.jpg")), app.test_client()
    statuses: list[int] = []
    asking = threading.Thread(
        target=lambda: statuses.append(app.test_client().get(path_of(movie)).status_code)
    )
    asking.start()
    while not origin.hits["/a.jpg"]:
        time.sleep(0.01)
    postgresql.stop()
    asking.join(20)
    postgresql.start()
    assert statuses == [503]
    assert get_poster(movie).failure is None
    let_leases_pass()
    assert client.get(path_of(movie)).status_code == 302
    assert all_answer(client)
