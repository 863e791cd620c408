"""The notice that TMDB's terms ask for, and links to a film's pages elsewhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from mozi.database import writing
from mozi.models import CatalogueMovie
from mozi.web.notice import is_notice_owed
from tests.conftest import Leap
from tests.support.factories import make_movie, make_variants

NOTICE = "This product uses the TMDB API but is not endorsed or certified by TMDB."
PAGES = (
    "/",
    "/en/",
    "/premierek/2026/11",
    "/premierek/2026",
    "/filmek",
    "/kereses?q=a",
    "/moziban",
)
FEEDS = (
    *("/naptar.ics", "/film/1-szerelem.ics", "/rss.xml", "/sitemap-1.xml"),
    *("/api/v1/premieres", "/api/v1/movies?ids=1"),
)


def link(movie_id: int, *, gone: bool = False) -> None:
    with writing() as session:
        row = CatalogueMovie(tmdb_id=7, movie_id=movie_id, imdb_id="tt0067824", gone=gone)
        session.add(row)


@pytest.mark.parametrize("path", [*PAGES, "/beagyazas/het", "/film/1-szerelem"])
def test_every_page_has_the_notice_once_anything_came_from_tmdb(
    client: FlaskClient, leap: Leap, path: str
) -> None:
    movie_id = make_movie(title="Szerelem")
    before = client.get(path)
    assert (before.status_code, NOTICE in before.get_data(as_text=True)) == (200, False)
    link(movie_id)
    leap(10)  # a process looks at the rows once a second
    after = client.get(path).get_data(as_text=True)
    assert NOTICE in after
    assert 'alt="TMDB"' in after


@pytest.mark.parametrize("built", [False, True])
def test_no_visitor_is_sent_to_tmdb_for_a_picture(client: FlaskClient, built: bool) -> None:
    """Not by a poster that waits for its build either, in no page, feed or answer of the API."""
    address = "https://image.tmdb.org/t/p/original/a.jpg"
    movie_id = make_movie(title="Szerelem", poster_url=address)
    link(movie_id)
    if built:
        make_variants(movie_id)
    for path in (*PAGES, f"/film/{movie_id}-szerelem", "/beagyazas/het", *FEEDS):
        shown = client.get(path)
        assert (path, shown.status_code) == (path, 200)
        assert "image.tmdb.org" not in shown.text
        assert "image.tmdb.org" not in str(shown.headers)


def test_film_page_leads_to_tmdb_and_imdb(client: FlaskClient) -> None:
    movie_id = make_movie(title="Szerelem")
    link(movie_id)
    html = client.get(f"/film/{movie_id}-szerelem").get_data(as_text=True)
    assert "https://www.themoviedb.org/movie/7" in html
    assert "https://www.imdb.com/title/tt0067824/" in html


def test_film_that_tmdb_has_no_more_is_not_linked(client: FlaskClient) -> None:
    movie_id = make_movie(title="Szerelem")
    link(movie_id, gone=True)
    assert "themoviedb.org/movie" not in client.get(f"/film/{movie_id}-szerelem").get_data(
        as_text=True
    )


@pytest.mark.parametrize("path", ["/nincs", "/en/film/77", "/admin/login"])
def test_errors_and_the_desk_have_it_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("mozi.web.notice.ASK_AGAIN_S", 0.0)
    assert NOTICE not in client.get(path).text
    link(make_movie(title="Szerelem"))
    assert NOTICE in client.get(path).text
    with client.application.app_context():
        assert is_notice_owed(ask=False)  # as on a page that says that the database is away
