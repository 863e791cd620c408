"""The machine itself: a disk that is full, and a clock that jumps."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from mozi.posters.queries import get_poster
from mozi.services import Services
from mozi.web.views import health
from tests.conftest import Clock
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin
from tests.support.outside import all_answer, path_of

DAY_S = 24 * 60 * 60


@contextmanager
def full_disk(largest_bytes: int = 4096) -> Iterator[None]:
    """Have every file that would grow beyond this fail, as on a disk that is full.

    A quota of this process (setrlimit(2), RLIMIT_FSIZE), since a small disk of its own would
    want root. Python ignores the signal, so that a write fails with EFBIG instead of ENOSPC.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_costs_pictures_and_no_page(
    app: Flask, app_services: Services, origin: Origin
) -> None:
    origin.serve_everywhere(make_jpeg(), content_type="image/jpeg")
    shown, cold = (make_movie(poster_url=origin.url(f"/{n}.jpg")) for n in range(2))
    client = app.test_client()
    assert client.get(path_of(shown)).status_code == 302
    with full_disk():
        answers = [client.get(path) for path in (path_of(cold), "/", "/premierek/2026/11")]
        again = client.get(path_of(shown)).status_code
    assert [answer.status_code for answer in answers] == [503, 200, 200]
    assert "Retry-After" in answers[0].headers
    assert again == 302
    assert get_poster(cold).failure is None
    media = app_services.settings.data_dir / "media"
    assert [path for path in media.rglob(".*") if path.is_file()] == []  # nothing half written


def test_after_a_full_disk_the_poster_is_built(
    app: Flask, app_services: Services, origin: Origin
) -> None:
    origin.serve("/a.jpg", make_jpeg())
    movie, client = make_movie(poster_url=origin.url("/a.jpg")), app.test_client()
    with full_disk():
        assert client.get(path_of(movie)).status_code == 503
    assert app_services.pipeline.build(movie).built == ("poster", "thumb", "blurred")
    assert all_answer(client)


def test_on_a_full_disk_readyz_names_what_cannot_be_written(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CHECK_S", 60.0)
    client = app.test_client()
    assert client.get("/").status_code == 200
    with full_disk():
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "degraded",
        "database": "read-only",
        "cache": "failed",
        "storage": "failed",
        "degraded": ["database", "cache", "storage"],
    }
    health.readiness().forget()
    ready = client.get("/readyz").json
    assert ready is not None
    assert ready["status"] == "ok"


@pytest.mark.parametrize("seconds", [-30 * DAY_S, -3600, 3600, 30 * DAY_S])
def test_a_clock_that_jumps_stops_neither_pages_nor_builds(
    app: Flask, clock: Clock, origin: Origin, seconds: float
) -> None:
    origin.serve_everywhere(make_jpeg(), content_type="image/jpeg")
    movies = [make_movie(poster_url=origin.url(f"/{n}.jpg")) for n in range(2)]
    client = app.test_client()
    assert client.get("/").status_code == 200
    assert client.get(path_of(movies[0])).status_code == 302
    clock.tick(seconds)
    assert client.get("/").status_code == 200
    assert client.get(path_of(movies[1])).status_code == 302
    assert all_answer(client)
    assert set(origin.hits.values()) == {1}


def test_a_clock_set_back_does_not_leave_a_source_alone_for_longer_than_a_day(
    app: Flask, clock: Clock, origin: Origin
) -> None:
    origin.serve("/a.jpg", b"", status=500)
    movie = make_movie(poster_url=origin.url("/a.jpg"))
    app.test_client().get(path_of(movie))
    clock.tick(-30 * DAY_S)
    failure = get_poster(movie).failure
    assert failure is not None
    assert failure.pause_s <= DAY_S
