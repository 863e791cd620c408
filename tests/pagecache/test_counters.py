"""What the page cache did in the last hour, over all workers."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.pagecache.counters import last_hour
from mozi.services import services
from tests.conftest import Clock, MakeApp, on_both_backends
from tests.support.logs import Said


@on_both_backends
def test_what_is_handed_in_is_added_up_over_workers(make_app: MakeApp, clock: Clock) -> None:
    for _ in range(2):
        app = make_app()
        with app.app_context():
            services().counters.save()  # what the process counted before
            before = last_hour().get("index", {})
            app.test_client().get("/")
            app.test_client().get("/")
            services().counters.save()
            after = last_hour()["index"]
            assert sum(after.get(n, 0) - before.get(n, 0) for n in ("hit", "miss")) == 2


def test_nothing_is_counted_twice(app: Flask, client: FlaskClient) -> None:
    client.get("/")
    services().counters.save()
    counted = last_hour()
    services().counters.save()
    assert last_hour() == counted


def test_an_hour_later_it_is_forgotten(app: Flask, client: FlaskClient, clock: Clock) -> None:
    services().counters.save()
    client.get("/")
    services().counters.save()
    assert "index" in last_hour()
    clock.tick(61 * 60)
    assert last_hour() == {}


def test_a_request_after_a_minute_hands_in_what_was_counted(
    app: Flask, client: FlaskClient
) -> None:
    client.get("/")
    services().counters.due = 0.0
    client.get("/healthz")
    until = time.monotonic() + 10
    while "index" not in last_hour() and time.monotonic() < until:
        time.sleep(0.02)
    assert last_hour()["index"]


def test_a_database_that_is_away_is_no_visitors_concern(
    app: Flask, client: FlaskClient, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OSError("away")

    monkeypatch.setattr("mozi.pagecache.counters._add", away)
    services().counters.due = 0.0
    assert client.get("/healthz").status_code == 200
    until = time.monotonic() + 10
    while not said.messages("WARNING") and time.monotonic() < until:
        time.sleep(0.02)
    assert said.messages("WARNING") == [
        "The page cache's counts could not be saved: OSError('away')"
    ]
