"""The poster route, asked as a browser would."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event

from mozi.database import writing
from mozi.errors import StorageError
from mozi.extensions import db
from mozi.models import Movie
from mozi.posters.build.leases import take_lease
from mozi.posters.queries import get_poster
from mozi.posters.source import set_source_url
from mozi.services import Services
from tests.conftest import Clock, on_both_backends
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin
from tests.support.outside import counted


@pytest.fixture
def movie(client: FlaskClient, origin: Origin) -> int:
    origin.serve("/a.jpg", make_jpeg())
    return make_movie(title="A tanú", poster_url=origin.url("/a.jpg"))


def path(movie_id: int, media: str = "thumb", slug: str = "a-tanu") -> str:
    return f"/poster/{movie_id}-{slug}.{media}.jpg"


@on_both_backends
def test_the_first_hit_builds_and_leads_to_the_recorded_url(
    client: FlaskClient, movie: int
) -> None:
    answer = client.get(path(movie))
    assert answer.status_code == 302
    assert answer.headers["Location"] == get_poster(movie).variants["thumb"].url
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_all_variants_come_from_one_fetch(client: FlaskClient, movie: int, origin: Origin) -> None:
    for media in ("thumb", "poster", "blurred", "thumb"):
        assert client.get(path(movie, media)).status_code == 302
    assert origin.hits["/a.jpg"] == 1


def test_a_built_poster_costs_two_queries_and_no_write(client: FlaskClient, movie: int) -> None:
    client.get(path(movie))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    client.get(path(movie))
    assert [s.split()[0] for s in statements] == ["SELECT", "SELECT"]


def test_another_slug_leads_to_the_right_one_before_anything_is_built(
    client: FlaskClient, movie: int, origin: Origin
) -> None:
    answer = client.get(path(movie, slug="regi-cim"))
    assert (answer.status_code, answer.headers["Location"]) == (301, path(movie))
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert not origin.hits


@pytest.mark.parametrize(
    "address",
    [
        "/poster/99-a-tanu.thumb.jpg",
        "/poster/1-a-tanu.huge.jpg",
        "/poster/1-a-tanu.thumb.png",
        "/poster/99999999999999999999-a-tanu.thumb.jpg",
        "/poster/x-a-tanu.thumb.jpg",
        "/poster/1-a-tanu..jpg",
    ],
)
def test_what_is_not_there_is_not_found(
    client: FlaskClient, movie: int, origin: Origin, address: str
) -> None:
    assert client.get(address).status_code == 404
    assert not origin.hits


def test_a_movie_without_a_source_has_no_poster(client: FlaskClient) -> None:
    assert client.get(path(make_movie(title="A tanú"))).status_code == 404


def test_head_never_builds(client: FlaskClient, movie: int, origin: Origin) -> None:
    missing = counted("mozi_poster_requests_total", result="missing")
    answer = client.head(path(movie))
    assert (answer.status_code, answer.data) == (503, b"")
    assert not origin.hits
    assert counted("mozi_poster_requests_total", result="missing") == missing + 1


def test_head_of_a_failed_source_says_how_long_it_is_left_alone(
    client: FlaskClient, movie: int, origin: Origin, clock: Clock
) -> None:
    origin.serve("/a.jpg", b"", status=404)
    client.get(path(movie))
    answer = client.head(path(movie))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")


def test_head_of_a_built_poster_answers_as_get_does(client: FlaskClient, movie: int) -> None:
    client.get(path(movie))
    assert client.head(path(movie)).status_code == 302


def test_an_unusable_source_gives_a_placeholder_that_no_cache_keeps(
    client: FlaskClient, movie: int, origin: Origin, clock: Clock
) -> None:
    origin.serve("/a.jpg", b"<html>gone</html>")
    answer = client.get(path(movie))
    assert (answer.status_code, answer.mimetype) == (503, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Retry-After"] == "600"
    assert is_upright_jpeg(answer.data)


def is_upright_jpeg(body: bytes) -> bool:
    with Image.open(io.BytesIO(body), formats=["JPEG"]) as picture:
        return 0.6 < picture.width / picture.height < 0.7


def test_in_the_pause_of_a_failed_source_nothing_is_written_or_fetched(
    client: FlaskClient, movie: int, origin: Origin, clock: Clock
) -> None:
    origin.serve("/a.jpg", b"", status=404)
    client.get(path(movie))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    clock.tick(100)
    assert client.get(path(movie)).headers["Retry-After"] == "500"
    assert {s.split()[0] for s in statements} == {"SELECT"}
    assert origin.hits["/a.jpg"] == 1


def test_a_storage_that_is_away_gives_the_placeholder(
    client: FlaskClient, movie: int, app_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise StorageError("The storage is away.")

    monkeypatch.setattr(app_services.storage, "put", refuse)
    assert client.get(path(movie)).status_code == 503
    assert get_poster(movie).variants == {}


def test_a_poster_that_is_built_elsewhere_gives_the_placeholder_after_a_while(
    client: FlaskClient, movie: int, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.posters.demand.builds.WAIT_S", 0.3)
    assert take_lease(movie)
    answer = client.get(path(movie))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert not origin.hits


def test_while_a_new_source_fails_the_old_poster_is_answered(
    client: FlaskClient, movie: int, origin: Origin
) -> None:
    before = client.get(path(movie)).headers["Location"]
    with writing() as session:
        set_source_url(session, movie, origin.url("/missing.jpg"))
    answer = client.get(path(movie))
    assert (answer.status_code, answer.headers["Location"]) == (302, before)


def test_a_changed_title_keeps_the_built_poster(client: FlaskClient, movie: int) -> None:
    before = client.get(path(movie)).headers["Location"]
    with writing() as session:
        session.get_one(Movie, movie).title = "A nagy tanú"
    answer = client.get(path(movie, slug="a-nagy-tanu"))
    assert (answer.status_code, answer.headers["Location"]) == (302, before)
