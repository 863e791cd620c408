"""S3 down, hanging, losing replies, refusing: pages stay up, and it heals by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from mozi.posters.demand import builds
from mozi.posters.queries import get_poster
from mozi.services import services
from mozi.storage.s3 import _CONFIG
from mozi.web.views import posters
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.logs import Said, listening
from tests.support.origin import Origin
from tests.support.outside import all_answer, counted, path_of, recorded_urls
from tests.support.picky_s3 import BUCKET, PickyS3
from tests.support.trouble import Trouble

servers_only = pytest.mark.parametrize("backend_env", ["servers"], indirect=True)


@pytest.fixture
def s3(s3_url: str) -> Iterator[Trouble]:
    with Trouble.before(s3_url) as trouble:
        yield trouble


@pytest.fixture
def app(make_app: MakeApp, s3: Trouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setitem(_CONFIG, "read_timeout", 2)  # not 5 s, twice, for a storage that hangs
    monkeypatch.setattr(builds, "WAIT_S", 1.5)  # shorter, as it is: the build outlives the wait
    monkeypatch.setattr(posters, "WAIT_S", 1.5)
    app = make_app(S3_ENDPOINT_URL=s3.url)
    with app.app_context():
        yield app


@servers_only
@pytest.mark.parametrize("mode", ["down", "lose", "hang"])
def test_s3_that_does_not_answer_costs_pictures_and_no_page(
    app: Flask, s3: Trouble, origin: Origin, said: Said, mode: str
) -> None:
    origin.serve_everywhere(make_jpeg(), content_type="image/jpeg")
    shown, cold = (make_movie(poster_url=origin.url(f"/{n}.jpg")) for n in range(2))
    client = app.test_client()
    assert client.get(path_of(shown)).status_code == 302
    failed = counted("mozi_poster_builds_total", media="thumb", result="failed")
    s3.begin(mode)
    began = time.monotonic()
    answer = client.get(path_of(cold))
    assert (answer.status_code, answer.mimetype) == (503, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Retry-After"]) > 0
    assert time.monotonic() - began < 20  # 1.5 s on a machine that does nothing else
    began = time.monotonic()
    assert client.get("/").status_code == 200
    assert client.get(path_of(shown)).status_code == 302  # by the record; nobody asks S3
    assert time.monotonic() - began < 4  # one time-out of the storage, tried twice
    while counted("mozi_poster_builds_total", media="thumb", result="failed") == failed:
        assert time.monotonic() - began < 90
        time.sleep(0.05)
    assert any("could not be stored" in line for line in said.messages())
    while get_poster(cold).leased:  # given back a moment after the build is counted
        assert time.monotonic() - began < 90
        time.sleep(0.05)
    assert get_poster(cold).failure is None  # not the source's fault
    s3.end()
    assert client.get(path_of(cold)).status_code == 302
    assert len(recorded_urls()) == 6
    assert all_answer(client)
    stored = [each.key for each in services().storage.list("posters/")]
    assert len(stored) == 6  # what was stored and whose reply was lost went over the same keys


def test_a_bucket_that_refuses_is_named_and_heals(make_app: MakeApp, origin: Origin) -> None:
    origin.serve("/a.jpg", make_jpeg())
    with PickyS3() as picky:
        picky.refuses["PUT"] = (403, "AccessDenied")
        env = {"S3_BUCKET": BUCKET, "S3_ENDPOINT_URL": picky.url, "SECRET_KEY": "x" * 32}
        app = make_app(**env)
        with app.app_context(), listening() as said:
            movie, client = make_movie(poster_url=origin.url("/a.jpg")), app.test_client()
            assert client.get(path_of(movie)).status_code == 503
            assert client.get("/").status_code == 200
            assert any(
                "s3:PutObject" in line for line in said.messages() if "was not built" in line
            )
            del picky.refuses["PUT"]
            assert client.get(path_of(movie)).status_code == 302
            assert all_answer(client)
