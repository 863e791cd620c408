"""A warm-up in this process; tests/commands/test_warm_posters.py runs it whole."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import date
from typing import Any

import pytest
from flask import Flask

from mozi.errors import BuildAbandoned, Busy, MoziError, StorageError
from mozi.posters.batch import warming
from mozi.posters.batch.selection import Candidate, Selection
from mozi.posters.batch.warming import Warming, WarmReport, workers_for
from mozi.posters.build.pipeline import FETCHES_A_HOST, BuildResult, LeaseHeld
from mozi.posters.queries import get_poster
from tests.support.factories import make_movie


class Pipeline:
    """Stands for PosterPipeline; each movie's errors come first, then it is built."""

    def __init__(self, **errors: list[Exception]) -> None:
        self.errors = {int(movie.removeprefix("_")): left for movie, left in errors.items()}
        self.calls: Counter[int] = Counter()
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def build(self, movie_id: int, **_: Any) -> BuildResult:
        with self._lock:
            self.calls[movie_id] += 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        threading.Event().wait(0.01)
        with self._lock:
            self.at_once -= 1
        if left := self.errors.get(movie_id):
            raise left.pop()
        return BuildResult(("thumb",), (), get_poster(movie_id))


def movies_on(*hosts: str) -> list[int]:
    return [make_movie(poster_url=f"https://{host}.example/{n}") for n, host in enumerate(hosts)]


def run_of(app: Flask, pipeline: Pipeline) -> Warming:
    selection = Selection(shown_from=date(2026, 11, 26))
    return Warming(
        pipeline,  # type: ignore[arg-type]
        selection,
        workers=6,
        in_context=app.app_context,
    )


def test_every_movie_is_built_once_and_counted(app: Flask) -> None:
    movies, pipeline = movies_on("a", "b", "c"), Pipeline()
    assert run_of(app, pipeline).run() == WarmReport(built=3)
    assert pipeline.calls == Counter(movies)


def test_a_host_gets_two_builds_at_once(app: Flask) -> None:
    movies_on(*["a"] * 8)
    pipeline = Pipeline()
    run_of(app, pipeline).run()
    assert pipeline.most == FETCHES_A_HOST


def test_a_poster_of_another_process_is_tried_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "LOOK_AGAIN_S", 0.01)
    (movie,) = movies_on("a")
    pipeline = Pipeline(**{f"_{movie}": [LeaseHeld("held"), BuildAbandoned("replaced")]})
    report = run_of(app, pipeline).run()
    assert (report.built, report.failed, pipeline.calls[movie]) == (1, [], 3)


def test_a_poster_that_stays_leased_fails_at_last(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("LOOK_AGAIN_S", 0.01), ("LEASE_S", 0.05), ("BUILD_S", 0.05)):
        monkeypatch.setattr(warming, name, seconds)
    (movie,) = movies_on("a")
    pipeline = Pipeline(**{f"_{movie}": [LeaseHeld("held") for _ in range(100)]})
    (failed,) = run_of(app, pipeline).run().failed
    assert (failed.movie_id, failed.reason) == (movie, "held")


@pytest.mark.parametrize(
    ("error", "last_built", "failed"),
    [
        (Busy("All 2 build slots are in use."), 0.0, 0),
        (BuildAbandoned("took longer"), 0.0, 0),
        (Busy("All 2 build slots are in use."), -1000.0, 1),
        (LeaseHeld("held"), 0.0, 1),
    ],
)
def test_a_poster_without_room_is_tried_as_long_as_others_are_built(
    app: Flask, error: MoziError, last_built: float, failed: int
) -> None:
    run, now = run_of(app, Pipeline()), time.monotonic()
    run._built_at = now + last_built
    run._look_again(Candidate(1, "Oz", None, give_up_at=now - 1), error)
    assert (len(run.report.failed), len(run._waiting)) == (failed, 1 - failed)


@pytest.mark.parametrize(
    ("media", "workers"),
    [((), 12), (("thumb",), 12), (("thumb-avif", "share"), 3), (("poster", "share"), 12)],
)
def test_few_movies_have_their_avif_built_at_once(media: tuple[str, ...], workers: int) -> None:
    selection = Selection(shown_from=date(2026, 11, 26), media=media)
    assert workers_for(selection, slots=2) == workers


def test_storage_failures_in_a_row_stop_the_run(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "STORAGE_FAILURES_IN_A_ROW", 3)
    movies = movies_on(*"abcdefghijklmnopqrst")
    pipeline = Pipeline(**{f"_{movie}": [StorageError("S3 is away.")] for movie in movies})
    report = run_of(app, pipeline).run()
    assert report.stopped_by == "the storage does not answer. S3 is away."
    assert 3 <= len(report.failed) < len(movies)
    assert not report.interrupted


def test_stop_finishes_the_builds_that_run(app: Flask) -> None:
    movies_on(*"abcdefghijklmnopqrst")
    pipeline = Pipeline()
    run = run_of(app, pipeline)
    run.on_done = lambda report: run.stop.set()
    report = run.run()
    assert report.interrupted
    assert report.built == pipeline.calls.total() < 20


def test_an_unexpected_error_is_raised(app: Flask) -> None:
    (movie,) = movies_on("a")
    with pytest.raises(KeyError):
        run_of(app, Pipeline(**{f"_{movie}": [KeyError("a defect")]})).run()
