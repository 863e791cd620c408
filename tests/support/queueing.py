"""What tests of the queue need: fixtures to import, a worker's process, a look at the queue."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from flask import Flask

from mozi.posters.batch.queue import PosterQueue
from mozi.services import services
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forked, Forks
from tests.support.origin import Origin


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """Put back the signal handlers that RQ's worker replaces in this process."""
    kept = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for each, handler in kept.items():
        signal.signal(each, handler)


@pytest.fixture
def app(make_app: MakeApp, redis_url: str) -> Iterator[Flask]:
    with redis.from_url(redis_url) as client:
        client.flushdb()
    app = make_app(REDIS_URL=redis_url)
    with app.app_context():
        yield app


@pytest.fixture
def queue(app: Flask) -> PosterQueue:
    queue = services().queue
    assert queue is not None
    return queue


@pytest.fixture
def a_worker(queue: PosterQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker seem to listen; the test itself calls `work`."""
    monkeypatch.setattr(PosterQueue, "workers", lambda _: 1)


@pytest.fixture
def movies(app: Flask, origin: Origin) -> list[int]:
    origin.serve_everywhere(make_jpeg(), content_type="image/jpeg")
    return [make_movie(poster_url=origin.url(f"/{n}.jpg"), title=f"Film {n}") for n in range(3)]


def waiting(queue: PosterQueue) -> list[list[int]]:
    return [job.kwargs["movie_ids"] for job in queue._queue.get_jobs()]


def started(start: Forks, env: dict[str, str], redis_url: str) -> Forked:
    given = {"REDIS_URL": redis_url, "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "WARNING"}
    return start("-m", "flask", "work", env={**os.environ, **env, **given})


def wait_for(done: Any, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
