from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from mozi.storage import Storage
from tests.conftest import MakeApp
from tests.support.factories import make_movie


@pytest.mark.parametrize("path", ["/", "/film/77", "/admin/login", "/healthz", "/no.txt"])
def test_every_answer_forbids_frames_foreign_scripts_and_sniffing(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_page_that_never_reaches_flask_has_them_too(client: FlaskClient) -> None:
    first, second = client.get("/"), client.get("/")
    assert second.headers["Cache-Status"] == "mozi; hit"
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert second.headers.getlist(name) == first.headers.getlist(name) != []


PAGES = ("/", "/en/filmek", "/kereses?q=a", "/admin/login", "/admin/movies", "/no.txt", "/healthz")
SHARED = (
    *("/naptar.ics", "/en/rss.xml", "/film/1-alfa.ics", "/api/v1/premieres", "/api/v1/premieres?x"),
    *("/poster/1-alfa.thumb.jpg", "/poster/1-x.thumb.jpg", "/poster/9-x.thumb.jpg"),
    *("/media/posters/none.jpg", "/static/style.css", "/sitemap.xml", "/manifest.webmanifest"),
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_no_part_of_another_site_and_asks_for_nothing(
    client: FlaskClient, path: str
) -> None:
    for _ in range(2):  # by Flask, then out of the cache
        headers = client.get(path).headers
        assert headers.getlist("Cross-Origin-Resource-Policy") == ["same-origin"]
        assert headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"]
        assert "camera=(), " in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", SHARED)
def test_what_other_sites_show_stays_usable_from_there(client: FlaskClient, path: str) -> None:
    make_movie(title="Alfa", poster_url="http://127.0.0.1:1/x.jpg")
    for _ in range(2):
        with client.get(path) as answer:
            assert answer.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]
            assert "Cross-Origin-Opener-Policy" not in answer.headers


def test_a_stored_poster_and_a_hashed_file_stay_usable_from_there(
    client: FlaskClient, storage: Storage
) -> None:
    storage.put("posters/1-a.thumb.0.jpg", b"xyz", content_type="image/jpeg", public=True)
    hashed = re.search(r"/static/style\.\w+\.css", client.get("/").text)
    assert hashed
    for path in ("/media/posters/1-a.thumb.0.jpg", hashed[0]):
        for headers in ({}, {"Range": "bytes=0-1"}):
            with client.get(path, headers=headers) as answer:
                assert answer.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]


def test_https_alone_asks_for_https_for_good(make_app: MakeApp) -> None:
    client = make_app(TRUSTED_PROXY_HOPS="1").test_client()
    https = {"X-Forwarded-Proto": "https"}
    for _ in range(2):
        assert "Strict-Transport-Security" in client.get("/", headers=https).headers
        assert "Strict-Transport-Security" not in client.get("/").headers


CDN = {"S3_PUBLIC_URL": "http://cdn.example:81/x"}
STORE = {"S3_ENDPOINT_URL": "https://s3.example"}


@pytest.mark.parametrize(
    ("env", "origins"),
    [
        (STORE, "https://s3.example"),
        ({**STORE, **CDN}, "http://cdn.example:81 https://s3.example"),
        ({}, "https://b.s3.eu-central-1.amazonaws.com"),
        (CDN, "http://cdn.example:81 https://b.s3.eu-central-1.amazonaws.com"),
    ],
)
def test_posters_come_from_the_storage_and_from_what_its_cdn_stands_before(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], origins: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client = make_app(S3_BUCKET="b", SECRET_KEY="x" * 32, **env).test_client()
    for path in ("/", "/healthz", "/film/1", "/beagyazas/het"):
        assert f"img-src 'self' data: {origins};" in policy_of(client, path)


@pytest.mark.parametrize(
    ("env", "origins"),
    [
        ({}, ""),
        ({"TMDB_TOKEN": "x"}, " https://image.tmdb.org"),
        (
            {"TMDB_TOKEN": "x", "TMDB_API_URL": "http://127.0.0.1:81/3"},
            " https://image.tmdb.org http://127.0.0.1:81",
        ),
    ],
)
def test_the_desk_alone_shows_the_catalogues_pictures(
    make_app: MakeApp, env: dict[str, str], origins: str
) -> None:
    client = make_app(**env).test_client()
    for path in ("/", "/", "/no.txt"):  # by Flask, out of the cache, an error
        assert "img-src 'self' data:;" in policy_of(client, path)
    for path in ("/admin/login", "/admin/movies"):
        assert f"img-src 'self' data: blob: https:{origins};" in policy_of(client, path)


def policy_of(client: FlaskClient, path: str) -> str:
    return client.get(path).headers["Content-Security-Policy"]
