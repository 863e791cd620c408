"""An app that is connected to a TMDB on loopback, without waiting for its rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from mozi import clock
from mozi.catalogue.planning import scope_of
from mozi.catalogue.run import Sync, SyncReport
from mozi.services import services
from tests.conftest import MakeApp
from tests.support.tmdb import FakeTmdb

SyncFilms = Callable[..., SyncReport]


@pytest.fixture
def tmdb(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTmdb]:
    monkeypatch.setattr("mozi.catalogue.tmdb.client.REQUESTS_A_SECOND", 100_000)
    monkeypatch.setattr("mozi.catalogue.tmdb.client.FIRST_PAUSE_S", 0.0)
    with FakeTmdb() as server:
        yield server


@pytest.fixture
def app(make_app: MakeApp, tmdb: FakeTmdb) -> Iterator[Flask]:
    """An app with a token for the TMDB of the test."""
    app = make_app(**tmdb.env)
    with app.app_context():
        yield app


@pytest.fixture
def sync(app: Flask, tmdb: FakeTmdb) -> SyncFilms:
    """Return a function that runs a sync in this process."""

    def run(*, dry_run: bool = False, **scope: Any) -> SyncReport:
        settings = services().settings
        dates = {"first": None, "last": None, **scope}
        return Sync(settings, scope_of(clock.today(settings), **dates), dry_run=dry_run).run()

    return run
