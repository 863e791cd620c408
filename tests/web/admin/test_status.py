"""The operator's page: posters with reasons, the last hour's pages, the storage."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.calendar.editing.batches import add_batch, count_in
from mozi.database import writing
from mozi.errors import StorageError
from mozi.maintenance.last_backup import note_backup
from mozi.maintenance.notes import CATALOGUE, note
from mozi.posters.queries import get_poster
from mozi.services import Services
from mozi.storage import Storage
from mozi.version import VERSION
from tests.support.factories import make_jpeg, make_movie, make_variants
from tests.support.origin import Origin
from tests.support.visits import request_and_wait
from tests.web.admin.conftest import sign_in, token
from tests.web.admin.listing.test_movies import titles


@pytest.fixture
def failed(app_services: Services, origin: Origin) -> int:
    movie_id = make_movie(title="Rossz cím", poster_url=origin.url("/a.jpg"))
    with pytest.raises(Exception, match="404"):
        app_services.pipeline.build(movie_id)
    return movie_id


def counts(html: str) -> list[int]:
    return [int(n) for n in re.findall(r'figure__number">(\d+)<', html)]


def test_posters_are_counted_and_those_in_trouble_listed(anna: FlaskClient, failed: int) -> None:
    make_variants(make_movie(title="Kész"))
    make_movie(title="Nincs")
    html = anna.get("/admin/status").text
    assert counts(html) == [1, 0, 1, 1]
    assert f'href="/admin/movies/{failed}">Rossz cím' in html
    assert "A szerver válasza: 404 (nincs ott semmi)." in html
    assert "Következő automatikus próba:" in html


def test_the_counts_lead_to_the_movies_that_they_count(anna: FlaskClient, failed: int) -> None:
    make_movie(title="Nincs")
    make_movie(title="Várakozik", poster_url="https://example.org/a.jpg")
    make_variants(make_movie(title="Kész"))
    links = re.findall(r'class="figure[^>]+href="([^"]+)"', anna.get("/admin/status").text)
    assert [titles(anna, link.partition("?")[2]) for link in links] == [
        ["Várakozik"],
        ["Rossz cím"],
        ["Nincs"],
    ]


def test_trying_one_now_builds_it(
    anna: FlaskClient, failed: int, origin: Origin, app_services: Services
) -> None:
    origin.serve("/a.jpg", make_jpeg())
    form = {"csrf_token": token(anna.get("/admin/status").text), "from": "status"}
    answer = anna.post(f"/admin/movies/{failed}/poster/try-now", data=form)
    assert answer.location == "/admin/status?tried=1&begun=1"
    assert not request_and_wait(app_services.builds, get_poster(failed)).missing()


def test_trying_all_now_tries_each(anna: FlaskClient, failed: int, origin: Origin) -> None:
    form = {"csrf_token": token(anna.get("/admin/status").text)}
    before = get_poster(failed).attempt
    answer = anna.post("/admin/status/try-now", data=form)
    assert answer.location == "/admin/status?tried=1&begun=1"
    assert get_poster(failed).attempt == before + 1
    assert "1 plakátot próbálunk újra." in anna.get(answer.location).text


def test_trying_again_needs_the_forms_token(anna: FlaskClient, failed: int) -> None:
    assert anna.post(f"/admin/movies/{failed}/poster/try-now").status_code == 400
    assert anna.post("/admin/status/try-now").status_code == 400


def test_an_unknown_movie_cannot_be_tried(anna: FlaskClient) -> None:
    form = {"csrf_token": token(anna.get("/admin/status").text)}
    assert anna.post("/admin/movies/99/poster/try-now", data=form).status_code == 404


def test_the_pages_of_the_last_hour_are_told(anna: FlaskClient, client: FlaskClient) -> None:
    client.get("/")
    html = anna.get("/admin/status").text
    assert "<code>index</code>" in html


def test_the_storage_is_tried_when_asked(anna: FlaskClient) -> None:
    form = {"csrf_token": token(anna.get("/admin/status").text)}
    answer = anna.post("/admin/status/storage", data=form)
    assert "A tárhely rendben van" in answer.text


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/admin/status", "Megtelt a lemez: csinálj helyet. (ENOSPC)"),
        ("/en/admin/status", "The disk is full: make room. (ENOSPC)"),
    ],
)
def test_a_storage_in_trouble_says_what_to_change(
    anna: FlaskClient, storage: Storage, monkeypatch: pytest.MonkeyPatch, path: str, told: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise StorageError("No space left on device.", code="ENOSPC")

    monkeypatch.setattr(type(storage), "put", broken)
    form = {"csrf_token": token(anna.get(path).text)}
    answer = anna.post(f"{path}/storage", data=form)
    assert answer.status_code == 200
    assert f"<li>{told}</li>" in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_learn_nothing(client: FlaskClient, failed: int, method: str) -> None:
    for path in ("/admin/status", f"/admin/movies/{failed}/poster.json"):
        assert getattr(client, method)(path).status_code in {302, 400, 405}


def test_a_posters_state_is_told_as_data(anna: FlaskClient, failed: int) -> None:
    told = anna.get(f"/admin/movies/{failed}/poster.json").get_json()
    assert told["state"] == "failed"
    assert told["failure"] == "A szerver válasza: 404 (nincs ott semmi)."
    assert "Próbáld most" in told["html"]


def test_a_posters_state_speaks_english_under_en(anna: FlaskClient, failed: int) -> None:
    told = anna.get(f"/en/admin/movies/{failed}/poster.json").get_json()
    assert told["failure"] == "The server answered 404 (there is nothing there)."


def test_built_variants_are_told_with_their_sizes(anna: FlaskClient) -> None:
    movie_id = make_movie()
    urls = make_variants(movie_id)
    told = anna.get(f"/admin/movies/{movie_id}/poster.json").get_json()
    assert told["state"] == "ready"
    assert {each["media"]: each["url"] for each in told["variants"]} == urls
    assert {each["bytes"] for each in told["variants"]} == {1000}
    assert anna.get("/admin/movies/99/poster.json").status_code == 404


def test_the_state_of_the_installation_is_at_the_top(anna: FlaskClient, app: Flask) -> None:
    html = anna.get("/admin/status").text
    assert VERSION in html
    assert "nem tudunk róla" in html
    assert html.count("még nem volt") == 2
    note_backup(app.extensions["mozi"].settings.data_dir)
    note(CATALOGUE, failed=2, stopped_by=None)
    done = {"act": "import", "value": "filmek.xlsx"}
    with writing() as session:
        count_in(session, add_batch(session, done, by="bela@example.org"), 3)
    assert sign_in(app.test_client(), password="wrong") == 401
    html = anna.get("/admin/status").text
    assert "nem tudunk róla" not in html
    assert re.search(r">3 film</a>, [^<]*, bela@example.org", html)
    assert "2 film nem sikerült" in html
    assert "<dd>1</dd>" in html


def test_posters_that_wait_are_built_by_a_button(
    anna: FlaskClient, origin: Origin, app_services: Services
) -> None:
    origin.serve("/a.jpg", make_jpeg())
    movie_id = make_movie(title="Várakozik", poster_url=origin.url("/a.jpg"))
    page = anna.get("/admin/status").text
    answer = anna.post("/admin/status/build", data={"csrf_token": token(page)})
    assert answer.location == "/admin/status?tried=1&begun=1"
    waited = request_and_wait(app_services.builds, get_poster(movie_id))
    assert "thumb" in waited.variants
