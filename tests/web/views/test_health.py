"""/healthz and /readyz: what fails, what that means, and how long it takes to say so."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.errors import StorageError
from mozi.extensions import db
from mozi.storage.local import LocalStorage
from mozi.version import VERSION
from mozi.web.views import health
from mozi.web.views.health import Readiness
from tests.conftest import MakeApp, on_both_backends

# What PostgreSQL says where a table's file cannot grow (53100, disk_full).
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON page_tally EXECUTE FUNCTION full_disk()
"""


def broken(*arguments: Any) -> None:
    raise StorageError("the disk has gone")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that answer at all count, on a machine as busy as it likes."""
    monkeypatch.setattr(health, "CHECK_S", 60.0)


def test_healthz_is_ok_as_text(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok", "text/plain")
    assert answer.headers["Mozi-Version"] == VERSION


@pytest.mark.usefixtures("patient")
@on_both_backends
def test_ready_when_everything_answers(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "database": "ok",
        "cache": "ok",
        "storage": "ok",
        "degraded": [],
    }


@pytest.mark.usefixtures("patient")
def test_a_redis_that_answers_is_ready(make_app: MakeApp, redis_url: str) -> None:
    answer = make_app(REDIS_URL=redis_url).test_client().get("/readyz")
    assert answer.json is not None
    assert answer.json["cache"] == "ok"


@pytest.mark.usefixtures("patient")
def test_a_redis_that_is_gone_degrades(make_app: MakeApp) -> None:
    answer = make_app(REDIS_URL="redis://127.0.0.1:1/0").test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["status"], answer.json["degraded"]) == ("degraded", ["cache"])


@pytest.mark.usefixtures("patient")
def test_a_storage_that_fails_degrades_and_says_why_to_the_log_alone(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalStorage, "exists", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["degraded"] == ["storage"]
    assert "disk" not in answer.text


@pytest.mark.usefixtures("patient")
def test_without_the_database_it_is_unavailable(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "reading", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["status"], answer.json["database"]) == ("unavailable", "failed")


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend_env", ["servers"], indirect=True)
def test_a_database_that_takes_no_writes_degrades(client: FlaskClient) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(FULL)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["database"], answer.json["degraded"]) == ("read-only", ["database"])


@pytest.mark.usefixtures("patient")
def test_asking_again_and_again_writes_no_more(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    monkeypatch.setattr(health, "_use_room_in", lambda folder: written.append(1))
    for _ in range(50):
        client.get("/readyz")
    assert len(written) == 2  # the database's folder and the storage's, once in REMEMBERED_S


@pytest.mark.usefixtures("patient")
@on_both_backends
def test_without_its_tables_it_is_unavailable_and_the_log_says_what_makes_them(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE poster_variant RENAME COLUMN preview TO look")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] == "failed"
    assert "flask db upgrade" in caplog.text


def test_checks_that_hang_cost_a_second_together_and_are_not_begun_twice(app: Flask) -> None:
    release, begun = threading.Event(), []

    def hang() -> None:
        begun.append(1)
        release.wait(10)

    readiness = Readiness(app, {"one": hang, "two": hang})
    started = time.monotonic()
    assert readiness.states() == {"one": "failed", "two": "failed"}
    readiness.forget()
    assert readiness.states() == {"one": "failed", "two": "failed"}
    release.set()
    assert time.monotonic() - started < 9
    assert len(begun) == 2


def test_states_are_remembered_for_a_while(app: Flask) -> None:
    asked: list[int] = []
    readiness = Readiness(app, {"part": lambda: asked.append(1)})
    assert readiness.states() == readiness.states() == {"part": "ok"}
    assert len(asked) == 1
    readiness.forget()
    readiness.states()
    assert len(asked) == 2
