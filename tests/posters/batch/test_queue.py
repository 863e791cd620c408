"""The queue in a real Redis: who is asked to build, and that nothing else is ever run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from mozi.database import writing
from mozi.errors import QueueError
from mozi.posters.batch.queue import JOB, MOVIES_A_JOB, PosterQueue
from mozi.posters.queries import get_poster
from mozi.posters.source import set_source_url
from mozi.services import services
from tests.conftest import MakeApp
from tests.support.factories import make_movie
from tests.support.origin import Origin
from tests.support.queueing import waiting


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


def test_sites_that_share_a_redis_share_no_queue(redis_url: str) -> None:
    ours, theirs = (PosterQueue(redis_url, secret_key=key) for key in ("a", "b"))
    theirs.enqueue([1])
    assert waiting(ours) == []


@pytest.mark.parametrize("command", ["warm-posters --enqueue", "work"])
def test_without_a_queue_the_commands_say_what_they_want(make_app: MakeApp, command: str) -> None:
    result = make_app().test_cli_runner().invoke(args=command.split())
    assert result.exit_code == 2
    assert "REDIS_URL is not set" in result.stderr
