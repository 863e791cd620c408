"""Every kind of source, good and bad, asked for as a browser would, end to end.

Each ends in a correct picture, or in the documented answer with a reason that an editor
understands: never a 500, nothing recorded, nothing public left behind.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from PIL import Image

from mozi.posters.queries import get_poster
from mozi.services import Services
from mozi.storage import Storage
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie
from tests.support.origin import Origin
from tests.support.pictures import HOSTILE, SOUND

Misbehave = Callable[[Origin, str], None]

BAD_SERVERS: dict[str, tuple[str, Misbehave]] = {
    "gone": ("http_status", lambda o, path: o.serve(path, b"", status=404)),
    "forbidden": ("http_status", lambda o, path: o.serve(path, b"", status=403)),
    "broken": ("http_status", lambda o, path: o.serve(path, b"", status=500)),
    "silent": ("timed_out", lambda o, path: o.silent(path)),
    "drip": ("timed_out", lambda o, path: o.drip(path, make_jpeg(), every_s=0.05)),
    "drip in the headers": ("timed_out", lambda o, path: o.drip_headers(path, every_s=0.05)),
    "endless": ("too_large", lambda o, path: o.endless(path)),
    "21 MiB": ("too_large", lambda o, path: o.serve(path, bytes(21 * 1024 * 1024))),
    "gzip bomb": (
        "too_large",
        lambda o, path: o.bomb(path, encoding="gzip", size_bytes=50 * 1024 * 1024),
    ),
    "cut off": ("broken", lambda o, path: o.reset(path, after=make_jpeg()[:500], length=9000)),
    "round in circles": ("too_many_redirects", lambda o, path: o.redirect(path, path)),
    "empty": ("empty", lambda o, path: o.serve(path, b"")),
}


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app(POSTER_FETCH_TIMEOUT="1").test_client()


def first_hit(client: FlaskClient, origin: Origin) -> tuple[int, int]:
    """Ask for the thumb of a new movie; return the movie's id and the status."""
    with client.application.app_context():
        movie = make_movie(title="A", poster_url=origin.url("/a"))
    return movie, client.get(f"/poster/{movie}-a.thumb.jpg").status_code


def assert_nothing_is_left(client: FlaskClient, movie: int, code: str) -> None:
    with client.application.app_context():
        state, storage = get_poster(movie), storage_of(client)
        assert state.failure is not None
        assert state.failure.message.code == code
        assert state.failure.message.endswith(".")
        assert (state.variants, state.original_key) == ({}, None)
        assert [*storage.list("posters/"), *storage.list("originals/")] == []  # owner.json may be


def storage_of(client: FlaskClient) -> Storage:
    services: Services = client.application.extensions["mozi"]
    return services.storage


@pytest.mark.parametrize("kind", BAD_SERVERS)
def test_a_server_that_misbehaves_leaves_a_reason_and_nothing_else(
    client: FlaskClient, origin: Origin, kind: str
) -> None:
    code, misbehave = BAD_SERVERS[kind]
    misbehave(origin, "/a")
    movie, status = first_hit(client, origin)
    assert status == 503
    assert_nothing_is_left(client, movie, code)


@pytest.mark.parametrize("kind", HOSTILE)
def test_bytes_that_are_no_picture_leave_a_reason_and_nothing_else(
    client: FlaskClient, origin: Origin, kind: str
) -> None:
    code, make = HOSTILE[kind]
    origin.serve("/a", make(), content_type="image/jpeg")
    movie, status = first_hit(client, origin)
    assert status == 503
    assert_nothing_is_left(client, movie, code)


@pytest.mark.parametrize("kind", SOUND)
def test_every_accepted_picture_becomes_a_plain_jpeg_in_its_box(
    client: FlaskClient, origin: Origin, kind: str
) -> None:
    origin.serve("/a", SOUND[kind](), content_type="application/octet-stream")
    movie, status = first_hit(client, origin)
    assert status == 302
    with client.application.app_context():
        thumb = get_poster(movie).variants["thumb"]
        body = storage_of(client).get(thumb.object_key)
    with Image.open(io.BytesIO(body), formats=["JPEG"]) as picture:
        picture.load()
        assert picture.mode in {"RGB", "L"}  # grey stays grey: a third of the bytes
        assert picture.width <= 342
        assert picture.height <= 513
        assert not picture.getexif()
        assert "icc_profile" not in picture.info
