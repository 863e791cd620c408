"""A warm-up by all workers."""

from __future__ import annotations

import json
import signal
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from mozi.errors import QueueError
from mozi.posters.batch import enqueue
from mozi.posters.batch.enqueue import QueuedWarming
from mozi.posters.batch.queue import MOVIES_A_JOB, Ended, PosterQueue
from mozi.posters.batch.selection import Selection
from mozi.posters.batch.warming import WarmReport
from tests.support.factories import make_jpeg, make_movie
from tests.support.forks import Forks
from tests.support.origin import Origin
from tests.support.queueing import started, wait_for, waiting


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


def test_an_interrupted_enqueue_says_that_the_workers_go_on(
    queue: PosterQueue,
    a_worker: None,
    movies: list[int],
    runner: FlaskCliRunner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: Any) -> dict[str, Any]:
        signal.raise_signal(signal.SIGTERM)
        return {}

    monkeypatch.setattr(PosterQueue, "ended", stop)
    result = runner.invoke(args=["warm-posters", "--enqueue"])
    assert result.exit_code == 130
    assert "the workers build the remaining posters" in result.stderr
    assert "next run" not in result.stderr
    assert waiting(queue) == [movies]


def test_without_a_worker_the_warm_up_says_how_to_start_one(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["warm-posters", "--enqueue"])
    assert result.exit_code == 1
    assert result.stderr == "No worker runs; start one with `flask work`.\n"


class Jobs:
    """Stands for PosterQueue: jobs that end as given, and workers that go."""

    def __init__(self, *ends: Ended | None, workers: int = 1) -> None:
        self.ends = ends
        self.count = workers

    def workers(self) -> int:
        return self.count

    def enqueue(self, movie_ids: list[int], **_: object) -> dict[str, list[int]]:
        return {f"job-{movie}": [movie] for movie in movie_ids}

    def ended(self, job_ids: list[str]) -> dict[str, Ended]:
        self.count = 0
        pairs = zip(job_ids, self.ends, strict=False)
        return {job_id: end for job_id, end in pairs if end is not None}


def report_of(jobs: Jobs, movie_ids: list[int]) -> WarmReport:
    selection = Selection(shown_from=date(2026, 11, 26), movie_ids=tuple(movie_ids))
    return QueuedWarming(jobs, selection).run()  # type: ignore[arg-type]


def test_the_results_of_all_jobs_are_added_up(movies: list[int]) -> None:
    failed = {"movie_id": movies[1], "title": "Film 1", "reason": "gone"}
    ends = [
        Ended({"built": 3, "failed": []}),
        Ended({"built": 0, "failed": [failed]}),
        Ended(None, "Redis has forgotten the job."),
    ]
    report = report_of(Jobs(*ends), movies)
    assert report.built == 3
    assert [(each.movie_id, each.reason) for each in report.failed] == [
        (movies[1], "gone"),
        (movies[2], "Redis has forgotten the job."),
    ]
    assert not report.interrupted


def test_without_a_worker_for_a_while_it_gives_up(
    movies: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueue, "WITHOUT_WORKERS_S", 0)
    monkeypatch.setattr(enqueue, "LOOK_EVERY_S", 0.01)
    report = report_of(Jobs(None), movies[:1])
    assert report.stopped_by == "no worker runs any more; what is queued waits for one"
    assert not report.interrupted


def test_without_any_worker_it_does_not_begin(movies: list[int]) -> None:
    with pytest.raises(QueueError, match="No worker runs"):
        report_of(Jobs(workers=0), movies)
