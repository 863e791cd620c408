"""A worker whose Redis loses its data, is full or gone: it waits, and works on when it can."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from mozi.jobs import Outage, PosterWorker
from mozi.posters.batch.queue import PosterQueue
from mozi.posters.queries import get_poster
from mozi.services import services
from tests.conftest import MakeApp
from tests.support import servers
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forked, Forks
from tests.support.logs import Said
from tests.support.origin import Origin
from tests.support.queueing import wait_for
from tests.support.trouble import Trouble

QUICK_WORKER = """
import runpy, sys
from mozi import jobs
jobs.HEARTBEAT_S, jobs.RETRY_S = 1, 0.1
sys.argv = ["flask", "work"]
runpy.run_module("flask", run_name="__main__")
"""


@pytest.fixture
def cache() -> Iterator[Trouble]:
    """A Redis of the test's own, behind trouble."""
    with servers.valkey() as url, Trouble.before(url) as trouble:
        yield trouble


@pytest.fixture
def app(make_app: MakeApp, cache: Trouble) -> Iterator[Flask]:
    app = make_app(REDIS_URL=cache.url)
    with app.app_context():
        yield app


@pytest.fixture
def queue(app: Flask) -> PosterQueue:
    queue = services().queue
    assert queue is not None
    return queue


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def worker(
    start: Forks, backend_env: dict[str, str], cache: Trouble, queue: PosterQueue, log: Path
) -> Iterator[Forked]:
    """A worker with short pauses, that listens."""
    given = {"REDIS_URL": cache.url, "POSTER_ALLOW_PRIVATE_SOURCES": "1"}
    with log.open("w") as out:
        worker = start("-c", QUICK_WORKER, env={**os.environ, **backend_env, **given}, stderr=out)
    wait_for(lambda: queue.workers() == 1)
    yield worker
    worker.terminate()
    try:
        worker.wait(20)
    except subprocess.TimeoutExpired:
        worker.send_signal(signal.SIGKILL)
        raise


def full(cache: Trouble) -> Callable[[], object]:
    client = redis.from_url(cache.url)
    client.config_set("maxmemory", "1")
    return lambda: client.config_set("maxmemory", "0")


def emptied(cache: Trouble) -> Callable[[], object]:
    with redis.from_url(cache.url) as client:
        client.flushall()
    return lambda: None


def gone(cache: Trouble) -> Callable[[], object]:
    cache.begin("down")
    return cache.end


@pytest.mark.parametrize(
    ("begin", "reason"), [(full, "it is full (maxmemory)."), (gone, "Connection")]
)
def test_a_worker_waits_for_its_redis_says_so_once_and_goes_on(
    begin: Callable[[Trouble], Callable[[], object]],
    reason: str,
    cache: Trouble,
    queue: PosterQueue,
    worker: Forked,
    log: Path,
    origin: Origin,
) -> None:
    end = begin(cache)
    wait_for(lambda: "waits for Redis" in log.read_text())
    end()
    origin.serve("/a.jpg", make_jpeg())
    movie = make_movie(poster_url=origin.url("/a.jpg"))
    wait_for(lambda: queue.offer([movie]))
    wait_for(lambda: not get_poster(movie).missing())
    assert worker.poll() is None
    said = log.read_text()
    assert said.count("The worker waits for Redis: ") == 1
    assert reason in said
    assert "The worker goes on" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("begin", [emptied, full, gone])
def test_a_job_in_hand_is_finished_and_the_next_one_taken(
    begin: Callable[[Trouble], Callable[[], object]],
    cache: Trouble,
    queue: PosterQueue,
    worker: Forked,
    log: Path,
    origin: Origin,
) -> None:
    origin.serve("/a.jpg", make_jpeg(), delay_s=1)
    origin.serve("/b.jpg", make_jpeg(2))
    first, second = (make_movie(poster_url=origin.url(f"/{name}.jpg")) for name in "ab")
    queue.enqueue([first])
    wait_for(lambda: origin.hits["/a.jpg"] == 1)
    end = begin(cache)
    wait_for(lambda: not get_poster(first).missing())
    end()
    wait_for(lambda: queue.offer([second]))
    wait_for(lambda: not get_poster(second).missing())
    assert worker.poll() is None
    assert "quitting" not in log.read_text()


def test_a_worker_is_there_again_after_redis_lost_its_data(
    cache: Trouble, queue: PosterQueue, worker: Forked
) -> None:
    with redis.from_url(cache.url) as client:
        client.flushall()
    wait_for(lambda: queue.workers() == 1)


def test_a_job_is_waited_for_while_redis_is_away(queue: PosterQueue, cache: Trouble) -> None:
    queue.enqueue([1])
    (job,) = queue._queue.get_jobs()
    listening = queue.opened_for_work()
    worker = PosterWorker([listening], connection=listening.connection)
    worker.birth_date = job.created_at
    execution = worker.prepare_execution(job)
    cache.begin("down")
    worker.maintain_heartbeats(job, execution)
    worker.set_shutdown_requested_date()


def test_an_outage_that_comes_and_goes_is_a_line_a_minute(said: Said) -> None:
    outage = Outage()
    for _ in range(3):
        outage.note(redis.ConnectionError("refused"))
        outage.end()
    assert said.messages() == [
        "The worker waits for Redis: refused",
        "The worker goes on: Redis can be used again.",
    ]
