"""TMDB on a movie's form, against a TMDB on loopback."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mozi.accounts.admins import ensure_admin
from mozi.catalogue.changes import take_film
from mozi.catalogue.tmdb.films import Reader
from mozi.catalogue.tmdb.reading import read_film
from mozi.database import reading, writing
from mozi.models import CatalogueMovie, Movie, Poster
from mozi.posters.source import set_source_original
from mozi.web.admin.importing import catalogue_run
from tests.conftest import MakeApp
from tests.support import tmdb as fake
from tests.support.catalogue import only_movie, premieres_of, proposals, titles
from tests.support.factories import THURSDAY, make_movie, movie_of
from tests.support.tmdb import FakeTmdb, film, poster
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in, token

pytestmark = pytest.mark.usefixtures("clock")
SZERELEM = film(
    7,
    "Szerelem",
    original_title="Love",
    language="fr",
    cinema="2026-12-17",
    posters=[poster("/hu.jpg"), poster("/fr.jpg", "fr"), poster("/en.jpg", "en")],
)


@pytest.fixture
def tmdb(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTmdb]:
    monkeypatch.setattr("mozi.catalogue.tmdb.client.REQUESTS_A_SECOND", 100_000)
    with FakeTmdb() as server:
        server.add(SZERELEM)
        yield server


@pytest.fixture
def anna(make_app: MakeApp, tmdb: FakeTmdb) -> Iterator[FlaskClient]:
    """A signed-in admin of an app that is connected to the TMDB of the test."""
    app = make_app(**tmdb.env)
    with app.app_context():
        ensure_admin(EMAIL, PASSWORD)
        client = app.test_client()
        assert sign_in(client) == 303
        yield client


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send of the movie's form, but for its buttons."""
    form = page.partition("data-movie-form")[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]+>", form):
        given = {k: html.unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if given.get("type") not in {"file", "checkbox"} or re.search(r"\schecked", tag):
            found[given["name"]] = given.get("value", "")
    for name, body in re.findall(r'<select[^>]+name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    for name, text in re.findall(
        r'<textarea[^>]+name="([^"]+)".*?>\n?(.*?)</textarea>', form, re.S
    ):
        found[name] = html.unescape(text)
    return found


def send(client: FlaskClient, page: str, **changes: str) -> TestResponse:
    return client.post("/admin/movies/new", data={**fields(page), **changes})


def filled(anna: FlaskClient, **typed: str) -> str:
    """Return the new movie's form after a look-up and the choice of the first film found."""
    new = anna.get("/admin/movies/new").text
    found = send(anna, new, title="szerelem", then="look_up", **typed).text
    key = re.search(r'name="film" value="([^"]+)"', found)
    assert key, found
    return send(anna, found, film=key[1]).text


def link_of(movie_id: int) -> CatalogueMovie:
    query = select(CatalogueMovie).where(CatalogueMovie.movie_id == movie_id)
    with reading() as session:
        found = session.scalars(query).one()
        session.expunge(found)
        return found


def test_chosen_film_fills_the_form_and_nothing_is_saved_before(
    anna: FlaskClient, tmdb: FakeTmdb
) -> None:
    page = filled(anna, distributor="Mokép")
    sent = fields(page)
    expected = {
        "title": "Szerelem",
        "original_title": "Love",
        "premiere_date": "2026-12-17",
        "kind": "cinema",
        "synopsis": "Szerelem története.",
        "distributor": "Mokép",
        "poster_url": f"{tmdb.origin}/t/p/original/hu.jpg",
    }
    assert {name: sent[name] for name in expected} == expected
    assert titles() == []
    tmdb.hits.clear()
    assert send(anna, page).status_code == 303
    assert tmdb.hits == {}  # saving waits for nobody
    assert premieres_of(only_movie()) == [("cinema", "2026-12-17", "scheduled")]
    link = link_of(only_movie())
    assert (link.tmdb_id, link.imdb_id, link.original_language) == (7, "tt0000007", "fr")


def test_added_film_follows_tmdb_and_keeps_what_the_editor_wrote(
    anna: FlaskClient, tmdb: FakeTmdb
) -> None:
    page = filled(anna)
    send(anna, page, title="Szerelem (1971)", premiere_date="2026-12-24")
    movie_id = only_movie()
    tmdb.change(7, runtime=111)
    up_to_date(anna, movie_id)
    assert (movie_of(movie_id).title, movie_of(movie_id).runtime_minutes) == (
        "Szerelem (1971)",
        111,
    )
    assert proposals() == {}  # TMDB still says what the editor has seen and changed
    tmdb.move(7, 3, "2026-12-31")
    up_to_date(anna, movie_id)
    assert premieres_of(movie_id) == [("cinema", "2026-12-24", "scheduled")]
    assert proposals() == {"premiere:cinema": "2026-12-31"}


def up_to_date(client: FlaskClient, movie_id: int) -> str:
    page = client.get(f"/admin/movies/{movie_id}").text
    given = {"csrf_token": token(page)}
    return client.post(
        f"/admin/movies/{movie_id}/catalogue", data=given, follow_redirects=True
    ).text


def test_several_premieres_fill_rows(anna: FlaskClient, tmdb: FakeTmdb) -> None:
    tmdb.move(7, 4, "2027-02-04")
    send(anna, filled(anna))
    assert premieres_of(only_movie()) == [
        ("cinema", "2026-12-17", "scheduled"),
        ("streaming", "2027-02-04", "scheduled"),
    ]
    assert set(link_of(only_movie()).premiere_ids) == {"cinema", "streaming"}


@pytest.mark.parametrize("given", [{"film_kept": ""}, {"film_kept": "forged.x.y"}])
def test_film_that_is_not_wanted_or_forged_is_not_linked(
    anna: FlaskClient, given: dict[str, str]
) -> None:
    send(anna, filled(anna), **given)
    assert up_to_date(anna, only_movie())  # finds it by its title
    assert link_of(only_movie()).tmdb_id == 7


def test_film_of_another_movie_stays_that_ones(anna: FlaskClient) -> None:
    page = filled(anna)
    send(anna, page)
    send(anna, page, title="Más", premiere_date="2027-03-04")
    assert titles() == ["Más", "Szerelem"]
    with reading() as session:
        linked = session.scalars(select(CatalogueMovie.movie_id)).one()
        assert session.get_one(Movie, linked).title == "Szerelem"
    found = anna.get("/admin/catalogue/films?title=szer").json
    assert found
    assert f'href="/admin/movies/{linked}"' in found["html"]


def test_faults_keep_the_film(anna: FlaskClient) -> None:
    again = send(anna, filled(anna), runtime_minutes="x")
    assert again.status_code == 422
    send(anna, again.text, runtime_minutes="90")
    assert link_of(only_movie()).tmdb_id == 7


@pytest.mark.parametrize("fault", [fake.status(500), fake.html(), fake.too_often(after_s=60)])
def test_silent_tmdb_loses_nothing(anna: FlaskClient, tmdb: FakeTmdb, fault: Any) -> None:
    tmdb.faults["/search/movie"] = [fault] * 2
    new = anna.get("/admin/movies/new").text
    page = send(anna, new, title="Szer", then="look_up").text
    assert "A TMDB most nem felel" in page
    assert fields(page)["title"] == "Szer"
    assert anna.get("/admin/catalogue/films?title=szer").status_code == 503
    tmdb.faults["/movie/7"] = [fault]
    assert "A TMDB most nem felel" in send(anna, new, title="Szer", film="7-hu").text


@pytest.mark.parametrize("key", ["", "x", "7x", "99999999999", "-1"])
def test_wrong_keys_find_nothing(anna: FlaskClient, key: str) -> None:
    new = anna.get("/admin/movies/new").text
    assert send(anna, new, title="", film=key).status_code == 200
    assert titles() == []


@pytest.fixture
def movie_id(anna: FlaskClient, tmdb: FakeTmdb) -> int:
    """A movie that is linked with the film."""
    base = f"{tmdb.origin}/t/p/"
    said = read_film(SZERELEM, Reader("HU", ("hu", "original", "en"), base, THURSDAY))
    return take_film(said, today=THURSDAY).movie_id or 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"runtime": 111}, "Frissítve a TMDB adataival."),
        ({}, "Minden adat friss."),
        ({"status": "Canceled"}, "Új kérdés is van"),
    ],
)
def test_bringing_up_to_date_says_what_happened(
    anna: FlaskClient, tmdb: FakeTmdb, movie_id: int, change: dict[str, Any], said: str
) -> None:
    tmdb.change(7, **change)
    assert said in up_to_date(anna, movie_id)


def test_bringing_up_to_date_in_vain(anna: FlaskClient, tmdb: FakeTmdb, movie_id: int) -> None:
    tmdb.faults["/movie/7"] = [fake.status(500)]
    assert "A TMDB most nem felel" in up_to_date(anna, movie_id)
    other = make_movie(title="Ismeretlen")
    assert "nincs ilyen című film" in up_to_date(anna, other)
    tmdb.remove(7)
    assert "már nincs meg a TMDB-n" in up_to_date(anna, movie_id)
    assert anna.get(f"/admin/movies/{movie_id}/posters").status_code == 404


def test_editor_waits_for_all_requests_together_not_for_each(
    anna: FlaskClient, tmdb: FakeTmdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.catalogue.desk.TIMEOUT_S", 1.0)
    tmdb.faults["/search/movie"] = [fake.late(0.7, '{"results": []}')] * 2
    movie_id = make_movie(title="Ismeretlen", original_title="Unknown")
    assert "A TMDB most nem felel" in up_to_date(anna, movie_id)
    assert tmdb.hits["/search/movie"] == 2


@pytest.mark.parametrize("uploaded", [False, True])
def test_chosen_poster_is_the_wanted_one_and_stays(
    anna: FlaskClient, tmdb: FakeTmdb, movie_id: int, uploaded: bool
) -> None:
    original = f"{tmdb.origin}/t/p/original"
    if uploaded:
        with reading() as session:
            poster_id = session.scalars(select(Poster.movie_id)).one()
        upload_over(poster_id)
    page = anna.get(f"/admin/movies/{movie_id}/posters").text
    assert re.findall(r'name="poster_url" value="([^"]+)"', page) == [
        f"{original}/{name}.jpg" for name in ("hu", "fr", "en")
    ]
    assert [word in page for word in ("magyar", "francia", "angol", "most ez van")] == [
        *(True, True, True),
        not uploaded,
    ]
    chosen = f"{original}/{'hu' if uploaded else 'fr'}.jpg"
    given = {"csrf_token": token(page), "poster_url": chosen}
    assert anna.post(f"/admin/movies/{movie_id}/posters", data=given).status_code == 303
    assert wanted() == (chosen, False)
    tmdb.change(7, images={"posters": [poster("/new.jpg")]})
    up_to_date(anna, movie_id)
    assert wanted() == ((chosen, False) if not uploaded else (f"{original}/new.jpg", False))


def upload_over(movie_id: int) -> None:
    with writing() as session:
        set_source_original(session, movie_id, "originals/abc.jpg")


def wanted() -> tuple[str | None, bool]:
    with reading() as session:
        row = session.execute(select(Poster.source_url, Poster.uploaded)).one()
        return row.source_url, row.uploaded


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd", "x" * 5000])
def test_only_addresses_are_chosen(anna: FlaskClient, movie_id: int, url: str) -> None:
    page = anna.get(f"/admin/movies/{movie_id}/posters").text
    given = {"csrf_token": token(page), "poster_url": url}
    assert anna.post(f"/admin/movies/{movie_id}/posters", data=given).status_code == 400
    assert anna.post(f"/admin/movies/{movie_id}/posters", data={}).status_code != 303


def test_without_a_token_the_desk_says_nothing_of_tmdb(make_app: MakeApp) -> None:
    app = make_app()
    with app.app_context():
        ensure_admin(EMAIL, PASSWORD)
        client = app.test_client()
        sign_in(client)
        movie_id = make_movie(title="Kontroll")
        for path in ("/admin/movies/new", f"/admin/movies/{movie_id}"):
            assert "TMDB" not in client.get(path).text.partition("<main")[2]
        assert client.get("/admin/catalogue/films?title=szer").json == {"html": ""}
        assert client.get(f"/admin/movies/{movie_id}/posters").status_code == 404


def test_form_says_when_tmdb_was_looked_at(anna: FlaskClient, movie_id: int) -> None:
    page = anna.get(f"/admin/movies/{movie_id}").text
    assert "https://www.themoviedb.org/movie/7" in page
    assert "Utoljára megnézve" in page
    assert "Last looked at" in anna.get(f"/en/admin/movies/{movie_id}").text


def runs() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "catalogue"]


def test_a_button_brings_the_films(anna: FlaskClient, tmdb: FakeTmdb) -> None:
    sent = {"csrf_token": token(anna.get("/admin/status").text)}
    assert "még nem volt" in anna.get("/admin/status").text
    answer = anna.post("/admin/status/catalogue", data=sent)
    assert answer.location == "/admin/status#catalogue"
    for run in runs():
        run.join(30)
    assert titles() == ["Szerelem"]
    page = anna.get("/admin/status").text
    assert "Filmek lekérése</button>" in page
    assert "félbeszakadt" not in page


def test_a_run_is_followed_and_no_second_one_begins(
    anna: FlaskClient, tmdb: FakeTmdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(catalogue_run, "_run", begun.append)
    sent = {"csrf_token": token(anna.get("/admin/status").text)}
    for _ in range(2):
        anna.post("/admin/status/catalogue", data=sent)
    assert "Lekérjük a TMDB-től" in anna.get("/admin/status").text
    catalogue_run._tell(3, 8)
    page = anna.get("/admin/status").text
    assert "Filmek lekérése a TMDB-ről: 3 / 8." in page
    assert "Filmek lekérése</button>" not in page
    assert len(begun) == 1
