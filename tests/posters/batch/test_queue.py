"""The queue in a real Redis: who is asked to build, and that nothing else is ever run."""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskCliRunner

from mozi.database import writing
from mozi.errors import QueueError
from mozi.jobs import work
from mozi.posters.batch.queue import JOB, MOVIES_A_JOB, PosterQueue
from mozi.posters.queries import get_poster
from mozi.posters.source import set_source_url
from mozi.services import services
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forked, Forks
from tests.support.origin import Origin


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """Take back the signal handlers that RQ's worker sets in this process."""
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
    """Have a worker be there; the test itself works, by `work`."""
    monkeypatch.setattr(PosterQueue, "workers", lambda _: 1)


def waiting(queue: PosterQueue) -> list[list[int]]:
    return [job.kwargs["movie_ids"] for job in queue._queue.get_jobs()]


@pytest.fixture
def movies(app: Flask, origin: Origin) -> list[int]:
    origin.serve_everywhere(make_jpeg(), content_type="image/jpeg")
    return [make_movie(poster_url=origin.url(f"/{n}.jpg"), title=f"Film {n}") for n in range(3)]


def test_what_is_queued_is_built_by_a_worker(queue: PosterQueue, movies: list[int]) -> None:
    (job_id,) = queue.enqueue(movies)
    work(queue, burst=True)
    assert queue.ended([job_id])[job_id].result == {"built": 9, "failed": []}
    assert all(not get_poster(movie).missing() for movie in movies)


def test_every_web_server_shows_what_the_workers_have_counted(
    app: Flask, queue: PosterQueue, movies: list[int]
) -> None:
    client, thumbs = (
        app.test_client(),
        'mozi_worker_poster_builds_total{media="thumb",result="built"}',
    )
    assert f"{thumbs} 0.0" in client.get("/metrics").text
    queue.enqueue(movies[:1])
    queue.enqueue(movies[1:])
    work(queue, burst=True)
    told = client.get("/metrics").text
    assert f"{thumbs} 3.0" in told
    assert 'mozi_worker_poster_build_seconds_count{stage="decode"} 3.0' in told
    assert 'mozi_worker_source_fetches_total{result="ok"} 3.0' in told


def test_metrics_leave_out_what_nobody_can_have_counted(
    app: Flask, queue: PosterQueue, redis_url: str
) -> None:
    made_up = [
        '["mozi_worker',
        "[1, 2]",
        '["mozi_poster_builds_total", {"a}b": "1"]}',
        "\xff",
        "{}",
    ]
    made_up += ['["mozi_poster_builds_total", {"x y": "1"}]', '["mozi_poster_builds_total", 7]']
    with redis.from_url(redis_url) as client:
        client.hset(f"{queue.name}-counts", mapping=dict.fromkeys(made_up, "1"))
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert not {"x y", "a}b"} & set(re.findall(r"[{,]([^=]+)=", answer.text))


def test_metrics_do_without_the_workers_where_redis_is_gone(make_app: MakeApp) -> None:
    answer = make_app(REDIS_URL="redis://127.0.0.1:1/0").test_client().get("/metrics")
    assert answer.status_code == 200
    assert "mozi_poster_builds_total" in answer.text
    assert "mozi_worker_" not in answer.text


def test_what_is_in_redis_is_json(queue: PosterQueue, movies: list[int], redis_url: str) -> None:
    (job_id,) = queue.enqueue(movies)
    job = queue._queue.fetch_job(job_id)
    assert job is not None
    assert json.loads(job.data) == [JOB, None, [], {"movie_ids": movies}]


def test_a_saved_source_is_queued_once_it_is_committed(
    queue: PosterQueue, a_worker: None, origin: Origin
) -> None:
    movie = make_movie()
    with writing() as session:
        set_source_url(session, movie, origin.url("/a.jpg"))
        assert waiting(queue) == []
    assert waiting(queue) == [[movie]]


def test_what_is_rolled_back_is_not_queued(
    queue: PosterQueue, a_worker: None, origin: Origin
) -> None:
    movie = make_movie()
    with writing() as session:
        set_source_url(session, movie, origin.url("/a.jpg"))
        session.rollback()
    assert waiting(queue) == []


def test_an_import_is_queued_in_few_jobs(
    queue: PosterQueue, a_worker: None, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    rows = [f"Film {n},2026-12-03,https://example.org/{n}.jpg" for n in range(MOVIES_A_JOB + 1)]
    table = tmp_path / "films.csv"
    table.write_text("\n".join(["title,premiere_date,poster_url", *rows]))
    assert runner.invoke(args=["import-movies", str(table)]).exit_code == 0
    assert sorted(map(len, waiting(queue))) == [1, MOVIES_A_JOB]


def test_a_worker_says_in_one_line_that_redis_is_away(make_app: MakeApp) -> None:
    runner = make_app(REDIS_URL="redis://127.0.0.1:1/0").test_cli_runner()
    result = runner.invoke(args=["work"])
    assert result.exit_code == 1
    assert result.stderr.startswith("The queue in Redis cannot be used: ")


def test_without_a_worker_nothing_is_queued(queue: PosterQueue, movies: list[int]) -> None:
    assert not queue.offer(movies)
    assert waiting(queue) == []


def test_without_redis_a_save_is_saved(make_app: MakeApp, origin: Origin) -> None:
    with make_app(REDIS_URL="redis://127.0.0.1:1/0").app_context():
        movie = make_movie()
        with writing() as session:
            set_source_url(session, movie, origin.url("/a.jpg"))
        assert get_poster(movie).source_url == origin.url("/a.jpg")
        queue = services().queue
        assert queue is not None
        with pytest.raises(QueueError):
            queue.enqueue([movie])


def test_the_name_of_another_function_is_never_called(
    queue: PosterQueue, tmp_path: Path, redis_url: str
) -> None:
    (job_id,) = queue.enqueue([1])
    forged = json.dumps(["os.mkdir", None, [str(tmp_path / "made")], {}]).encode()
    with redis.from_url(redis_url) as client:
        client.hset(f"rq:job:{job_id}", "data", forged)
        client.hset(f"rq:job:{job_id}", "success_callback_name", "os.mkdir")
    work(queue, burst=True)
    assert not (tmp_path / "made").exists()
    assert "no job of ours" in queue.ended([job_id])[job_id].reason


def test_a_pickle_in_redis_is_never_opened(
    queue: PosterQueue, tmp_path: Path, redis_url: str
) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "made"),)

    (job_id,) = queue.enqueue([1])
    with redis.from_url(redis_url) as client:
        client.hset(f"rq:job:{job_id}", "data", pickle.dumps(Trap()))
    work(queue, burst=True)
    assert not (tmp_path / "made").exists()


def test_sites_that_share_a_redis_share_no_queue(redis_url: str) -> None:
    ours, theirs = (PosterQueue(redis_url, secret_key=key) for key in ("a", "b"))
    theirs.enqueue([1])
    assert waiting(ours) == []


def started(start: Forks, env: dict[str, str], redis_url: str) -> Forked:
    given = {"REDIS_URL": redis_url, "POSTER_ALLOW_PRIVATE_SOURCES": "1", "LOG_LEVEL": "WARNING"}
    return start("-m", "flask", "work", env={**os.environ, **env, **given})


def wait_for(done: Any, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_an_enqueued_warm_up_is_shared_by_workers_and_fetches_once(
    queue: PosterQueue,
    start: Forks,
    backend_env: dict[str, str],
    redis_url: str,
    runner: FlaskCliRunner,
    origin: Origin,
) -> None:
    origin.serve_everywhere(make_jpeg(), content_type="image/jpeg")
    origin.serve("/0.jpg", b"", status=404)
    for n in range(2 * MOVIES_A_JOB + 5):
        make_movie(poster_url=origin.url(f"/{n}.jpg"), title=f"Film {n}")
    workers = [started(start, backend_env, redis_url) for _ in range(2)]
    try:
        wait_for(lambda: queue.workers() == 2)
        result = runner.invoke(args=["warm-posters", "--enqueue", "--json"])
    finally:
        for worker in workers:
            worker.terminate()
    said = json.loads(result.stdout)
    assert result.exit_code == 1  # one failed
    assert said["built"] == 3 * (2 * MOVIES_A_JOB + 4)
    assert [failed["title"] for failed in said["failed"]] == ["Film 0"]
    assert set(origin.hits.values()) == {1}
    assert [worker.wait(20) for worker in workers] == [0, 0]


def test_a_worker_told_to_go_leaves_its_job_to_the_next(
    queue: PosterQueue,
    start: Forks,
    backend_env: dict[str, str],
    redis_url: str,
    origin: Origin,
) -> None:
    for n in range(MOVIES_A_JOB):
        origin.serve(f"/{n}.jpg", make_jpeg(n), delay_s=0.5)
    movies = [make_movie(poster_url=origin.url(f"/{n}.jpg")) for n in range(MOVIES_A_JOB)]
    first = started(start, backend_env, redis_url)
    wait_for(lambda: queue.workers() == 1)
    (job_id,) = queue.enqueue(movies)
    wait_for(lambda: len(origin.hits) >= 2)
    told = time.monotonic()
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    assert time.monotonic() - told < 10
    assert any(get_poster(movie).missing() for movie in movies)
    for n in range(MOVIES_A_JOB):
        origin.serve(f"/{n}.jpg", make_jpeg(n))
    work(queue, burst=True)
    assert queue.ended([job_id])[job_id].result is not None
    assert not any(get_poster(movie).missing() for movie in movies)
    assert set(origin.hits.values()) == {1}


def test_an_interrupted_enqueue_says_that_the_workers_go_on(
    queue: PosterQueue,
    a_worker: None,
    movies: list[int],
    runner: FlaskCliRunner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told_to_go(*_: Any) -> dict[str, Any]:
        signal.raise_signal(signal.SIGTERM)
        return {}

    monkeypatch.setattr(PosterQueue, "ended", told_to_go)
    result = runner.invoke(args=["warm-posters", "--enqueue"])
    assert result.exit_code == 130
    assert "the workers build the remaining posters" in result.stderr
    assert "next run" not in result.stderr
    assert waiting(queue) == [movies]


@pytest.mark.parametrize("command", ["warm-posters --enqueue", "work"])
def test_without_a_queue_the_commands_say_what_they_want(make_app: MakeApp, command: str) -> None:
    result = make_app().test_cli_runner().invoke(args=command.split())
    assert result.exit_code == 2
    assert "REDIS_URL is not set" in result.stderr


def test_without_a_worker_the_warm_up_says_how_to_start_one(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["warm-posters", "--enqueue"])
    assert result.exit_code == 1
    assert result.stderr == "No worker runs; start one with `flask work`.\n"
