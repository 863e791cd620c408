from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mozi import services
from mozi.storage import IMMUTABLE, Storage
from mozi.storage.local import LocalStorage
from mozi.storage.s3 import S3Storage
from mozi.web.middleware import headers, media
from mozi.web.middleware.headers import SecurityHeaders

NAME = "7-kontroll.thumb.0123456789abcdef0123456789abcdef.jpg"
PATH = f"/media/posters/{NAME}"
BODY = bytes(range(256)) * 40
RANGE = "bytes=10-19"


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    storage = LocalStorage(tmp_path / "media")
    storage.put(f"posters/{NAME}", BODY, content_type="image/jpeg", public=True)
    storage.put("originals/0123.jpg", b"private", content_type="image/jpeg", public=False)
    (tmp_path / "secret").write_bytes(b"secret")
    return storage


@pytest.fixture
def client(storage: LocalStorage) -> FlaskClient:
    return client_of(storage)


def client_of(storage: Storage) -> FlaskClient:
    """An app of the one blueprint: neither database nor pipeline has a part in it."""
    app = Flask("media")
    app.extensions[services.NAME] = SimpleNamespace(storage=storage)
    app.register_blueprint(media.blueprint)
    return app.test_client()


def get(client: FlaskClient, path: str = PATH, **headers: str) -> TestResponse:
    named: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.get(path, headers=named) as response:
        response.get_data()
        return response


def test_a_variant_comes_whole_with_the_objects_own_headers(client: FlaskClient) -> None:
    response = get(client)
    assert (response.status_code, response.data) == (200, BODY)
    assert response.content_type == "image/jpeg"
    assert response.content_length == len(BODY)
    assert response.headers["Cache-Control"] == IMMUTABLE
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Accept-Ranges"] == "bytes"


def test_head_has_the_headers_and_no_body(client: FlaskClient) -> None:
    with client.head(PATH) as response:
        assert (response.status_code, response.data) == (200, b"")
        assert response.content_length == len(BODY)
        assert response.headers["ETag"] == get(client).headers["ETag"]


def test_the_tag_is_strong_and_asking_with_it_gets_304(client: FlaskClient) -> None:
    tag = get(client).headers["ETag"]
    response = get(client, If_None_Match=tag)
    assert tag.startswith('"')
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["Cache-Control"] == IMMUTABLE


def test_the_tag_is_the_same_after_the_object_was_stored_again(
    client: FlaskClient, storage: LocalStorage
) -> None:
    before = get(client).headers["ETag"]
    storage.path_of(f"posters/{NAME}").touch()
    storage.put(f"posters/{NAME}", BODY, content_type="image/jpeg", public=True)
    assert get(client).headers["ETag"] == before


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("10-19", 10, 19), ("10230-", 10230, 10239), ("-5", 10235, 10239), ("0-99999", 0, 10239)],
)
def test_a_range_is_answered_with_just_that(
    client: FlaskClient, asked: str, first: int, last: int
) -> None:
    response = get(client, Range=f"bytes={asked}")
    assert (response.status_code, response.data) == (206, BODY[first : last + 1])
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(BODY)}"
    assert response.headers["Cache-Control"] == IMMUTABLE


def test_a_range_beyond_the_end_is_416_and_says_how_long_it_is(client: FlaskClient) -> None:
    response = get(client, Range="bytes=99999-")
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(BODY)}"
    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_a_range_goes_on_only_with_the_same_object(client: FlaskClient) -> None:
    tag = get(client).headers["ETag"]
    assert get(client, Range=RANGE, If_Range=tag).status_code == 206
    assert get(client, Range=RANGE, If_Range='"another"').status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/media/originals/0123.jpg",
        "/media/posters/../originals/0123.jpg",
        "/media/posters/..%2foriginals/0123.jpg",
        "/media/posters%2f..%2foriginals%2f0123.jpg",
        "/media/posters/%2e%2e/%2e%2e/secret",
        "/media/posters/..%5c..%5csecret",
        "/media/posters//etc/passwd",
        "/media/posters/%2fetc/passwd",
        "/media/posters/7%00.jpg",
        "/media/posters/missing.jpg",
        "/media/posters/.7.tmp",
        "/media/posters/",
        "/media/posters",
        "/media/",
    ],
)
def test_nothing_but_variants_is_served(client: FlaskClient, path: str) -> None:
    response = get(client, path)
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_a_link_out_of_the_folder_is_not_served(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "media/posters/link.jpg").symlink_to(tmp_path / "secret")
    assert get(client, "/media/posters/link.jpg").status_code == 404


def test_a_folder_is_not_served(client: FlaskClient, storage: LocalStorage) -> None:
    storage.put("posters/folder/7.jpg", BODY, content_type="image/jpeg", public=True)
    assert get(client, "/media/posters/folder").status_code == 404


def test_nothing_can_be_written(client: FlaskClient) -> None:
    assert client.post(PATH).status_code == 405
    assert client.delete(PATH).status_code == 405


def test_with_s3_there_is_no_media_here() -> None:
    assert get(client_of(S3Storage("bucket")), PATH).status_code == 404


def test_a_variant_has_the_type_of_its_ending(storage: LocalStorage, client: FlaskClient) -> None:
    storage.put("posters/7-x.thumb-avif.0a.avif", BODY, content_type="image/avif", public=True)
    with client.get("/media/posters/7-x.thumb-avif.0a.avif") as answer:
        assert answer.mimetype == "image/avif"


@pytest.fixture
def fronted(storage: LocalStorage) -> Flask:
    """The app with the layer in front of it."""
    app = Flask("media")
    app.extensions[services.NAME] = SimpleNamespace(storage=storage)
    app.register_blueprint(media.blueprint)
    security = SecurityHeaders(storage)
    headers.add_security_headers(app, security)
    app.wsgi_app = media.PlainMedia(app.wsgi_app, storage, security)  # type: ignore[method-assign]
    return app


def test_a_plain_request_is_answered_in_front_of_flask_as_behind_it(fronted: Flask) -> None:
    layer: Any = fronted.wsgi_app
    front = get(fronted.test_client())
    fronted.wsgi_app = layer.app  # type: ignore[method-assign]
    behind = get(fronted.test_client())
    behind.headers.remove("Date")  # the server's own
    assert sorted(front.headers) == sorted(behind.headers)
    assert front.data == behind.data == BODY


def test_a_plain_request_never_reaches_flask(fronted: Flask) -> None:
    fronted.before_request(lambda: "Flask was asked")
    assert get(fronted.test_client()).data == BODY


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        (PATH, {"RANGE": RANGE}, 206),
        (PATH, {"IF_NONE_MATCH": "*"}, 304),
        ("/media/originals/0123.jpg", {}, 404),
        ("/media/posters/../secret", {}, 404),
        ("/media/posters/none.jpg", {}, 404),
    ],
)
def test_all_else_goes_on_to_the_route(
    fronted: Flask, path: str, asked: dict[str, str], status: int
) -> None:
    assert get(fronted.test_client(), path, **asked).status_code == status
