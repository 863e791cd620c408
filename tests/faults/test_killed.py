"""A builder killed at each step (SIGKILL): no link leads nowhere, and the next build is whole."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from mozi.database import writing
from mozi.extensions import db
from mozi.models import Movie
from mozi.posters.build import pipeline
from mozi.posters.queries import get_poster
from mozi.posters.source import set_source_url
from mozi.services import Services, services
from mozi.storage.local import LocalStorage
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin
from tests.support.outside import all_answer, let_leases_pass, path_of, recorded_urls

STEPS = ("fetch", "decode", "put", "render", "publish_and_release", "_log_built")


def die_at(step: str, *, calls: int = 1) -> Callable[[], None]:
    """Return what makes this process kill itself when a step begins for the calls-th time."""
    home: Any = LocalStorage if step in {"put", "delete"} else pipeline
    left = [calls]
    original = getattr(home, step)

    def dying(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    return lambda: setattr(home, step, dying)


def killed(prepare: Callable[[], None], do: Callable[[], object]) -> bool:
    """Do it in a fork, and return whether that was killed on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the origin's threads stay here
        child = os.fork()
    if child == 0:
        try:
            db.engine.dispose(close=False)
            prepare()
            do()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def build(movie: int) -> Callable[[], object]:
    return lambda: services().pipeline.build(movie)


@pytest.mark.parametrize(("step", "calls"), [*((s, 1) for s in STEPS), ("put", 2), ("put", 4)])
def test_a_build(app: Flask, app_services: Services, origin: Origin, step: str, calls: int) -> None:
    origin.serve("/a.jpg", make_jpeg())
    movie, client = make_movie(poster_url=origin.url("/a.jpg")), app.test_client()
    assert killed(die_at(step, calls=calls), build(movie))
    assert client.get("/").status_code == 200
    assert all_answer(client)
    let_leases_pass()
    assert client.get(path_of(movie)).status_code == 302
    assert len(recorded_urls()) == 3
    assert all_answer(client)
    # Publishing records the original: before, the source has to be fetched again.
    assert origin.hits["/a.jpg"] == (1 if step in {"fetch", "_log_built"} else 2)
    assert len(list(app_services.storage.list("posters/"))) == 3


@pytest.mark.parametrize(("step", "calls"), [*((s, 1) for s in STEPS[:-1]), ("put", 4)])
def test_a_replacement(
    app: Flask, app_services: Services, origin: Origin, step: str, calls: int
) -> None:
    for n in range(2):
        origin.serve(f"/{n}.jpg", make_jpeg(90 * n))
    movie, client = make_movie(poster_url=origin.url("/0.jpg")), app.test_client()
    app_services.pipeline.build(movie)
    old = recorded_urls()
    with writing() as session:
        set_source_url(session, movie, origin.url("/1.jpg"))
    assert killed(die_at(step, calls=calls), build(movie))
    assert recorded_urls() == old  # the old set is linked until the new one is whole
    assert all_answer(client)
    let_leases_pass()
    assert client.get(path_of(movie)).status_code == 302
    assert not set(recorded_urls()) & set(old)
    assert all_answer(client)
    assert not get_poster(movie).missing()


@pytest.mark.parametrize("calls", [1, 3])
def test_a_pruning_run(
    app: Flask, app_services: Services, runner: FlaskCliRunner, origin: Origin, calls: int
) -> None:
    origin.serve_everywhere(make_jpeg(), content_type="image/jpeg")
    gone, kept = (make_movie(poster_url=origin.url(f"/{n}.jpg")) for n in range(2))
    for movie in (gone, kept):
        app_services.pipeline.build(movie)
    with writing() as session:
        session.delete(session.get_one(Movie, gone))
    prune_args = ["prune-posters", "--older-than", "0"]
    assert killed(die_at("delete", calls=calls), lambda: runner.invoke(args=prune_args))
    client = app.test_client()
    assert client.get("/").status_code == 200
    assert all_answer(client)
    assert runner.invoke(args=prune_args).exit_code == 0
    assert all_answer(client)
    assert len(list(app_services.storage.list("posters/"))) == 3


def test_a_whole_warm_up(
    app: Flask, app_services: Services, origin: Origin, runner: FlaskCliRunner
) -> None:
    for n in range(6):
        origin.serve(f"/{n}.jpg", make_jpeg(10 * n))
        make_movie(title=f"Film {n}", poster_url=origin.url(f"/{n}.jpg"))
    assert killed(
        die_at("publish_and_release", calls=3), lambda: runner.invoke(args=["warm-posters"])
    )
    published = len(recorded_urls()) // 3
    assert 2 <= published < 6
    assert all_answer(app.test_client())
    let_leases_pass()
    assert runner.invoke(args=["warm-posters"]).exit_code == 0
    assert len(recorded_urls()) == len(list(app_services.storage.list("posters/"))) == 18
    assert sum(origin.hits.values()) <= 12 - published
