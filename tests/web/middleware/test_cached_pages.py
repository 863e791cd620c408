"""Cached pages as visitors get them: what refreshes a page, what does not, and the headers."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text, update

from mozi.database import writing
from mozi.extensions import db
from mozi.models import Movie, Premiere
from mozi.services import Services
from tests.conftest import Leap, MakeApp
from tests.support.factories import THURSDAY, make_movie, make_variants

POSTER_URL = "https://example.org/poster.jpg"
LAST_YEAR = date(2025, 11, 27)


@pytest.fixture
def later(leap: Leap) -> Callable[[], None]:
    """Let a minute pass: each page is looked at again, and may be rendered."""
    return lambda: leap(60)


def status(client: FlaskClient, path: str = "/", **headers: str) -> str:
    return client.get(path, headers=headers).headers["Cache-Status"]


HIT, MISS = "mozi; hit", "mozi; fwd=miss; stored"


def test_the_second_visitor_gets_the_first_ones_page(client: FlaskClient) -> None:
    make_movie()
    first, second = client.get("/"), client.get("/")
    assert (first.headers["Cache-Status"], second.headers["Cache-Status"]) == (MISS, HIT)
    assert first.data == second.data


def test_a_hit_costs_no_query(client: FlaskClient) -> None:
    client.get("/")
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    assert status(client) == HIT
    assert statements == []


def test_an_unchanged_page_is_read_again_and_not_rendered(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    client.get("/")
    later()
    assert status(client) == HIT


def test_new_full_size_poster_of_a_shown_movie_leaves_the_index_cached(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    movie = make_movie(poster_url=POSTER_URL)
    client.get("/")
    make_variants(movie, "poster")
    later()
    assert status(client) == HIT


def test_new_thumb_of_an_old_movie_leaves_the_index_cached(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    old = make_movie(poster_url=POSTER_URL, premiere_date=LAST_YEAR)
    client.get("/")
    make_variants(old)
    later()
    assert status(client) == HIT


def test_new_blurred_of_a_movie_that_leads_no_week_leaves_the_index_cached(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    make_movie(title="Abigél", poster_url=POSTER_URL)
    second = make_movie(title="Zorba", poster_url=POSTER_URL)
    client.get("/")
    make_variants(second, "blurred")
    later()
    assert status(client) == HIT


@pytest.mark.parametrize("media", ["thumb", "blurred"])
def test_a_new_variant_that_the_index_links_shows_on_it(
    client: FlaskClient, later: Callable[[], None], media: str
) -> None:
    movie = make_movie(poster_url=POSTER_URL)
    client.get("/")
    urls = make_variants(movie, media)
    later()
    answer = client.get("/")
    assert answer.headers["Cache-Status"] == MISS
    assert urls[media] in answer.text


def test_an_edit_by_hand_in_sql_shows(client: FlaskClient, later: Callable[[], None]) -> None:
    make_movie(title="Régi cím")
    client.get("/")
    with writing() as session:
        session.execute(text("UPDATE movie SET title = 'Új cím'"))
    later()
    assert "Új cím" in client.get("/").text


def test_a_bulk_update_shows(client: FlaskClient, later: Callable[[], None]) -> None:
    make_movie()
    client.get("/")
    with writing() as session:
        session.execute(update(Premiere).values(status="cancelled"))
    later()
    assert status(client) == MISS


def test_a_change_that_was_rolled_back_leaves_the_page_cached(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    movie = make_movie()
    client.get("/")
    with pytest.raises(KeyError):
        change_title_and_fail(movie)
    later()
    assert status(client) == HIT


def change_title_and_fail(movie_id: int) -> None:
    with writing() as session:
        session.get_one(Movie, movie_id).title = "Más"
        session.flush()
        raise KeyError


def test_a_movie_that_is_removed_disappears(client: FlaskClient, later: Callable[[], None]) -> None:
    movie = make_movie(title="Eltűnő")
    client.get("/")
    with writing() as session:
        session.delete(session.get_one(Movie, movie))
    later()
    assert "Eltűnő" not in client.get("/").text
    assert client.get(f"/film/{movie}-eltuno").status_code == 404


def test_a_page_of_a_movie_that_is_gone_is_not_served_from_memory(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    movie = make_movie(title="Eltűnő")
    client.get(f"/film/{movie}-eltuno")
    with writing() as session:
        session.delete(session.get_one(Movie, movie))
    later()
    assert client.get(f"/film/{movie}-eltuno").status_code == 404


def test_a_changed_title_moves_the_cached_movie_page(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    movie = make_movie(title="Régi")
    client.get(f"/film/{movie}-regi")
    with writing() as session:
        session.get_one(Movie, movie).title = "Új"
    later()
    answer = client.get(f"/film/{movie}-regi")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/film/{movie}-uj")


def test_a_changed_movie_leaves_the_pages_that_do_not_show_it(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    make_movie()
    old = make_movie(premiere_date=LAST_YEAR)
    paths = ("/", "/premierek/2026/11", "/premierek/2025/11")
    assert [status(client, path) for path in paths] == [MISS] * 3
    with writing() as session:
        session.get_one(Movie, old).title = "Más"
    later()
    assert [status(client, path) for path in paths] == [HIT, HIT, MISS]


def test_midnight_is_a_new_page_without_any_write(
    client: FlaskClient, later: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_movie()
    client.get("/")
    later()
    monkeypatch.setattr("mozi.clock.today", lambda settings: date(2026, 11, 27))
    assert status(client) == MISS


def test_each_client_gets_the_coding_that_it_takes(client: FlaskClient) -> None:
    plain = client.get("/").data
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    brotlied = client.get("/", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", plain)
    assert (brotlied.headers["Content-Encoding"], brotli.decompress(brotlied.data)) == ("br", plain)
    assert packed.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("br;q=0, gzip;q=0", None),
        ("gzip;q=0.1", "gzip"),
        ("*", "br"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br;q=0, *", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=x, ;;, =", "gzip"),
        ("gzip;q=., br;q=1.2.3", None),
        ("brotli, x-gzip", None),
    ],
)
def test_quality_values_are_kept(client: FlaskClient, accepted: str, coding: str | None) -> None:
    answer = client.get("/", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == coding


def test_who_has_the_page_already_gets_304(client: FlaskClient) -> None:
    etag = client.get("/").headers["ETag"]
    for known in (etag, f'"other", {etag}', "*", etag.removeprefix("W/")):
        answer = client.get("/", headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == etag


def test_who_has_another_page_gets_the_new_one(client: FlaskClient) -> None:
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_public_page_sets_no_cookie_and_asks_to_be_asked_again(client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.get("/")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in answer.headers


def test_head_answers_with_the_headers_alone(client: FlaskClient) -> None:
    length = client.get("/").headers["Content-Length"]
    answer = client.head("/")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == length


def test_unknown_arguments_share_the_page(client: FlaskClient, app_services: Services) -> None:
    client.get("/")
    assert [status(client, f"/?utm_source={n}&x={n}") for n in range(5)] == [HIT] * 5
    assert len(app_services.pages.memory._pages) == 1


def test_a_forged_session_cookie_buys_no_render(client: FlaskClient) -> None:
    client.get("/")
    assert status(client, Cookie="session=forged") == HIT


def test_a_forged_host_reaches_no_other_visitor(client: FlaskClient) -> None:
    assert status(client, Host="evil.example") == MISS
    answer = client.get("/")
    assert answer.headers["Cache-Status"] == MISS
    assert "evil.example" not in answer.text


def test_with_a_site_url_any_host_gets_the_sites_page(make_app: MakeApp) -> None:
    client = make_app(SITE_URL="https://mozi.example").test_client()
    client.get("/")
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.headers["Cache-Status"] == HIT
    assert "https://mozi.example/" in answer.text


def test_an_error_page_is_never_cached(client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.get("/film/99-nincs")
        assert answer.status_code == 404
        assert "Cache-Status" not in answer.headers


def test_another_release_never_serves_the_last_ones_page(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert status(make_app().test_client()) == MISS
    assert status(make_app().test_client()) == HIT
    monkeypatch.setattr("mozi.release_of", lambda *_: "next")
    assert status(make_app().test_client()) == MISS


def test_a_database_that_is_gone_leaves_the_pages_up(
    client: FlaskClient, later: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_movie(title="Marad")
    client.get("/")
    later()

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr("mozi.pagecache.cache.reading", refuse)
    answer = client.get("/")
    assert (answer.status_code, "Marad" in answer.text) == (200, True)
    assert answer.headers["Cache-Status"] == "mozi; hit; detail=stale"


def test_a_warm_up_on_another_machine_shows_without_any_message(
    app: Flask, client: FlaskClient, make_app: MakeApp, later: Callable[[], None], tmp_path: Any
) -> None:
    movie = make_movie(poster_url=POSTER_URL)
    other = make_app(
        DATABASE_URL=f"sqlite:///{db.engine.url.database}", DATA_DIR=str(tmp_path / "b")
    )
    assert (status(client), status(other.test_client())) == (MISS, MISS)
    urls = make_variants(movie)
    later()
    assert urls["thumb"] in client.get("/").text


def test_the_movie_page_shows_its_own_poster(
    client: FlaskClient, later: Callable[[], None]
) -> None:
    movie = make_movie(title="Abigél", poster_url=POSTER_URL, premiere_date=THURSDAY)
    path = f"/film/{movie}-abigel"
    client.get(path)
    urls = make_variants(movie, "poster")
    later()
    assert urls["poster"] in client.get(path).text


@pytest.mark.parametrize(
    "path", ["/api/v1/premieres?from=2026-01-{:02}&to=2027-01-01", "/kereses?q={}"]
)
def test_addresses_without_number_leave_nothing_behind(
    client: FlaskClient, app_services: Services, path: str
) -> None:
    client.get("/")
    pages = app_services.settings.data_dir / "pages"
    before = sorted(pages.rglob("*"))
    for number in range(1, 21):
        assert client.get(path.format(number)).status_code == 200
    assert sorted(pages.rglob("*")) == before
    assert app_services.pages.memory._counted_bytes < 100_000
