"""The client of TMDB: its rate, its deadlines, and what it makes of each fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest

from mozi import clock
from mozi.catalogue.tmdb.client import REQUESTS_A_SECOND, Tmdb
from mozi.errors import CatalogueFailed, CatalogueGone, CatalogueRefused
from mozi.settings import Settings
from tests.support import tmdb as fake
from tests.support.tmdb import FakeTmdb, film


@pytest.fixture
def tmdb() -> Iterator[FakeTmdb]:
    with FakeTmdb() as server:
        server.add(film(1, "Szerelem"))
        yield server


class Waits(list[float]):
    """The waits of a client that does not really wait; the rate's own are left out."""

    def __call__(self, seconds: float) -> None:
        if seconds and seconds == int(seconds):
            self.append(int(seconds))


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(tmdb: FakeTmdb, waits: Waits, tmp_path: Path) -> Iterator[Tmdb]:
    settings = Settings.from_env({"DATA_DIR": str(tmp_path), **tmdb.env})
    with Tmdb(settings, timeout_s=0.3, sleep=waits) as client:
        yield client


def test_requests_are_sent_four_a_second(tmdb: FakeTmdb, tmp_path: Path) -> None:
    settings = Settings.from_env({"DATA_DIR": str(tmp_path), **tmdb.env})
    began = time.monotonic()
    with Tmdb(settings) as client:
        for _ in range(4):
            client.get("/movie/1")
    assert time.monotonic() - began >= 3 / REQUESTS_A_SECOND
    assert client.requests == 4


def test_token_is_sent_as_bearer_and_wrong_one_is_refused(tmdb: FakeTmdb, tmp_path: Path) -> None:
    env = {**tmdb.env, "TMDB_TOKEN": "another", "DATA_DIR": str(tmp_path)}
    with Tmdb(Settings.from_env(env)) as client, pytest.raises(CatalogueRefused) as caught:
        client.get("/configuration")
    assert str(caught.value) == "TMDB refuses TMDB_TOKEN (401): Invalid API key: no access."
    assert client.requests == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fake.status(500), id="500"),
        pytest.param(fake.html(503), id="503"),
        pytest.param(fake.html(), id="html"),
        pytest.param(fake.wrong_json(), id="array"),
        pytest.param(fake.wrong_json("{"), id="broken json"),
        pytest.param(fake.cut, id="cut"),
        pytest.param(fake.slow, id="slow"),
        pytest.param(fake.endless, id="endless"),
        pytest.param(fake.too_often(after_s=None), id="429"),
    ],
)
def test_fault_is_tried_again_three_times(
    tmdb: FakeTmdb, client: Tmdb, waits: Waits, fault: fake.Fault
) -> None:
    tmdb.faults["/movie/1"] = [fault] * 3
    assert client.get("/movie/1")["id"] == 1
    tmdb.faults["/movie/1"] = [fault] * 4
    with pytest.raises(CatalogueFailed, match="TMDB"):
        client.get("/movie/1")
    assert client.requests == 8
    assert waits == [1, 2, 4] * 2


def test_retry_after_is_honoured_as_seconds_and_as_a_date(
    tmdb: FakeTmdb, client: Tmdb, waits: Waits
) -> None:
    at = format_datetime(clock.now().replace(microsecond=0), usegmt=True)
    tmdb.faults["/movie/1"] = [
        fake.too_often(after_s=7),
        fake.status(429, **{"Retry-After": at}),  # a moment that has passed
        fake.status(429, **{"Retry-After": "soon"}),
    ]
    assert client.get("/movie/1")["id"] == 1
    assert waits == [7, 4]


def test_long_retry_after_ends_the_run(tmdb: FakeTmdb, client: Tmdb) -> None:
    tmdb.faults["/movie/1"] = [fake.too_often(after_s=3600)]
    with pytest.raises(CatalogueRefused, match="3600 seconds"):
        client.get("/movie/1")


def test_only_status_code_34_means_gone(tmdb: FakeTmdb, client: Tmdb) -> None:
    with pytest.raises(CatalogueGone):
        client.get("/movie/2")
    tmdb.faults["/movie/1"] = [fake.html(404), fake.status(404, body=b'{"status_code": 6}')]
    for _ in range(2):
        with pytest.raises(CatalogueFailed, match="404"):
            client.get("/movie/1")
    assert client.requests == 3


def test_redirect_is_not_followed(tmdb: FakeTmdb, client: Tmdb) -> None:
    tmdb.faults["/movie/1"] = [fake.status(302, Location=f"{tmdb.url}/movie/2")]
    with pytest.raises(CatalogueFailed, match="302"):
        client.get("/movie/1")
    assert tmdb.hits["/movie/2"] == 0


def test_server_that_is_away_is_a_failure(waits: Waits, tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path), "TMDB_TOKEN": "t", "TMDB_API_URL": "http://127.0.0.1:1/3"}
    with (
        Tmdb(Settings.from_env(env), timeout_s=0.3, sleep=waits) as client,
        pytest.raises(CatalogueFailed, match="did not answer"),
    ):
        client.get("/configuration")
    assert client.requests == 4
