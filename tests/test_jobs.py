"""A worker: its jobs, its end, and that it runs nothing but our function."""

from __future__ import annotations

import json
import os
import pickle
import signal
from pathlib import Path
from typing import Any

import redis
from flask import Flask

from mozi.jobs import build_posters, work
from mozi.posters.batch.queue import MOVIES_A_JOB, PosterQueue
from mozi.posters.queries import get_poster
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forks
from tests.support.origin import Origin
from tests.support.queueing import _own_signals, app, movies, queue, started, wait_for

__all__ = ["_own_signals", "app", "movies", "queue"]  # fixtures


def test_what_is_queued_is_built_by_a_worker(queue: PosterQueue, movies: list[int]) -> None:
    (job_id,) = queue.enqueue(movies)
    work(queue, burst=True)
    assert queue.ended([job_id])[job_id].result == {"built": 9, "failed": []}
    assert all(not get_poster(movie).missing() for movie in movies)


def test_a_worker_says_in_one_line_that_redis_is_away(make_app: MakeApp) -> None:
    runner = make_app(REDIS_URL="redis://127.0.0.1:1/0").test_cli_runner()
    result = runner.invoke(args=["work"])
    assert result.exit_code == 1
    assert result.stderr.startswith("The queue in Redis cannot be used: ")


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


def test_a_stopping_worker_leaves_its_job_to_the_next(
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
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    assert any(get_poster(movie).missing() for movie in movies)
    for n in range(MOVIES_A_JOB):
        origin.serve(f"/{n}.jpg", make_jpeg(n))
    work(queue, burst=True)
    assert queue.ended([job_id])[job_id].result is not None
    assert not any(get_poster(movie).missing() for movie in movies)
    assert set(origin.hits.values()) == {1}


def test_a_job_counts_what_it_built_and_names_what_failed(app: Flask, origin: Origin) -> None:
    origin.serve("/a.jpg", make_jpeg())
    good, bad = (make_movie(poster_url=origin.url(each)) for each in ("/a.jpg", "/missing.jpg"))
    done = build_posters([good, bad], media=["thumb"])
    assert done["built"] == 1
    assert [failed["movie_id"] for failed in done["failed"]] == [bad]
    assert json.loads(json.dumps(done)) == done


def test_a_worker_without_jobs_builds_extras_until_a_job_waits(
    queue: PosterQueue, movies: list[int]
) -> None:
    queue.enqueue(movies)
    work(queue, burst=True)
    queue.enqueue(movies)
    build_posters([], extras=True)
    assert "thumb-avif" not in get_poster(movies[0]).variants
    work(queue, burst=True)
    build_posters([], extras=True)
    assert all({"thumb-avif", "poster-avif", "share"} <= {*get_poster(m).variants} for m in movies)
