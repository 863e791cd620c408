"""What shared caches are told: which answers they may keep, and for how long."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from mozi.web.middleware.edge import without_tracking
from tests.conftest import MakeApp
from tests.server.test_ready import Asked, find
from tests.support.factories import make_movie

KEPT = {
    "Cache-Control": "no-cache",
    "CDN-Cache-Control": "public, max-age=5, stale-if-error=86400",
    "X-Accel-Expires": "5",
}
PUBLIC = ("/", "/en/", "/filmek", "/naptar.ics", "/rss.xml", "/api/v1/premieres", "/sitemap.xml")
NOT_KEPT = ("/admin/login", "/admin/movies", "/kereses?q=oz", "/nincs", "/healthz", "/premierek/1")


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    app = make_app(EDGE_SECONDS="5")
    with app.app_context():
        make_movie()
    return app.test_client()


def told(client: FlaskClient, path: str, **headers: str) -> dict[str, str]:
    answer = client.get(path, headers=headers)
    return {name: answer.headers[name] for name in KEPT if name in answer.headers}


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_and_feeds_may_be_kept_rendered_and_from_memory(
    client: FlaskClient, path: str
) -> None:
    etag = client.get(path).headers["ETag"]
    assert told(client, path) == told(client, path, If_None_Match=etag) == KEPT


@pytest.mark.parametrize("path", ["/", "/film/1"])
def test_pages_name_the_files_that_a_cdn_may_announce(
    client: FlaskClient, make_app: MakeApp, path: str
) -> None:
    for _ in range(2):  # by Flask, then from memory
        page = client.get(path, follow_redirects=True)
        style, font = re.findall(r"<(/static/[^>]+)>; rel=preload", page.headers["Link"])
        assert f'rel="stylesheet" href="{style}"' in page.text
        assert f'href="{font}" as="font"' in page.text
    for other in ("/rss.xml", "/admin/login", style):
        with client.get(other) as answer:
            assert "Link" not in answer.headers
    assert "Link" not in make_app().test_client().get("/").headers


def test_a_304_from_the_servers_loop_may_be_kept(client: FlaskClient) -> None:
    etag = client.get("/").headers["ETag"]
    ready = find(client.application, Asked(fields={"IF-NONE-MATCH": etag}))
    assert ready is not None
    assert ready[0].startswith("304")
    assert KEPT.items() <= ready[1].items()


@pytest.mark.parametrize("path", NOT_KEPT)
def test_other_answers_may_not_be_kept(client: FlaskClient, path: str) -> None:
    assert told(client, path).keys() == {"Cache-Control"}


def test_no_answer_to_a_session_cookie_may_be_kept(client: FlaskClient) -> None:
    client.get("/")
    client.set_cookie("session", "ended")
    assert told(client, "/") == {"Cache-Control": "private, no-store"}


def test_nothing_may_be_kept_where_it_is_off(make_app: MakeApp) -> None:
    client = make_app().test_client()
    assert told(client, "/") == {"Cache-Control": "no-cache"}
    client.set_cookie("session", "ended")
    assert told(client, "/") == {"Cache-Control": "no-cache"}


def test_browsers_are_told_which_arguments_make_no_other_page(client: FlaskClient) -> None:
    assert '"utm_source"' in client.get("/").headers["No-Vary-Search"]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("utm_source=a&kind=cinema&utm_medium=b", "kind=cinema"),
        ("fbclid=1&gclid=2&utm_id", ""),
        ("q=utm_source&fbclids=1&xgclid=2", "q=utm_source&fbclids=1&xgclid=2"),
        ("kind=cinema", "kind=cinema"),
    ],
)
def test_tracking_is_left_out(query: str, kept: str) -> None:
    assert without_tracking(query) == kept
