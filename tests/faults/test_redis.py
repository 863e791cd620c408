"""Redis gone, hanging and full: pages are rendered, at worst, and the cache comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import redis
from flask import Flask

from mozi.database import writing
from mozi.models import Movie
from mozi.pagecache import store
from mozi.posters.source import set_source_url
from tests.conftest import MakeApp
from tests.support import servers
from tests.support.factories import make_movie
from tests.support.logs import listening
from tests.support.outside import counted
from tests.support.serving import wait_until
from tests.support.trouble import Trouble

PATIENCE_S = 30  # a Redis that is waited for without a bound would take longer


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trouble]:
    """A Redis of the test's own, behind trouble; the pause after a failure is short."""
    monkeypatch.setattr(store, "BACKOFF_S", 0.2)
    with servers.valkey() as url, Trouble.before(url) as trouble:
        yield trouble


def change(movie_id: int, title: str) -> None:
    with writing() as session:
        session.get_one(Movie, movie_id).title = title


def shows_within(app: Flask, title: str, seconds: float) -> bool:
    client, until = app.test_client(), time.monotonic() + seconds
    while time.monotonic() < until:
        answer = client.get("/")
        assert answer.status_code == 200
        if title in answer.text:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("mode", ["down", "hang", "full"])
def test_without_its_redis_the_site_is_right_and_says_so(
    make_app: MakeApp, cache: Trouble, mode: str
) -> None:
    app = make_app(REDIS_URL=cache.url, PAGE_CACHE_COALESCE_SECONDS="0.1")
    with app.app_context(), listening() as said:
        movie = make_movie(title="Egy")
        assert shows_within(app, "Egy", PATIENCE_S)
        if mode == "full":
            with redis.from_url(cache.url) as client:
                client.config_set("maxmemory", "1")
        else:
            cache.begin(mode)
        change(movie, "Kettő")
        assert shows_within(app, "Kettő", PATIENCE_S)
        assert app.test_client().get("/premierek/2026/11").status_code == 200
        with writing() as session:  # a save has its queue in the same Redis
            set_source_url(session, movie, "https://example.org/a.jpg")
        assert any("store does not work" in line for line in said.messages("WARNING"))
        ready = app.test_client().get("/readyz")
        assert ready.json is not None
        assert (ready.status_code, ready.json["degraded"]) == (200, ["cache"])


def test_a_redis_that_comes_back_is_used_again(make_app: MakeApp, cache: Trouble) -> None:
    app = make_app(REDIS_URL=cache.url)
    with app.app_context():
        make_movie(title="Egy")
        cache.begin("down")
        assert shows_within(app, "Egy", PATIENCE_S)
        cache.end()
        months = iter(range(1, 13 * 100))

        def is_kept() -> bool:
            number = next(months)
            app.test_client().get(f"/premierek/{1990 + number // 12}/{number % 12 + 1:02}")
            with redis.from_url(cache.url) as client:
                shares = client.scan_iter("mozi:page:?")
                return any(b"premierek" in name for share in shares for name in client.hkeys(share))

        wait_until(is_kept)


def test_a_full_redis_costs_a_line_a_minute_and_is_counted(
    make_app: MakeApp, cache: Trouble
) -> None:
    app = make_app(REDIS_URL=cache.url)
    failures = counted("mozi_redis_failures_total", use="pages")
    with app.app_context(), redis.from_url(cache.url) as client, listening() as said:
        make_movie(title="Egy")
        client.config_set("maxmemory", "1")
        for month in range(1, 13):
            assert app.test_client().get(f"/premierek/2026/{month:02}").status_code == 200
            time.sleep(0.05)
    assert len([line for line in said.messages("WARNING") if "store does not work" in line]) == 1
    assert counted("mozi_redis_failures_total", use="pages") > failures + 1
