"""Whatever comes between, what was typed is there again, with a word of what happened."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mozi.accounts.admins import ensure_admin
from mozi.calendar.editing.trash import delete_movie
from mozi.database import writing
from mozi.errors import StorageError
from mozi.server.capacity import largest_body
from mozi.storage import Storage
from mozi.units import MIB
from tests.conftest import MakeApp
from tests.support.factories import make_jpeg, make_movie, movie_of
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in, token
from tests.web.admin.test_editing import GIVEN, movies, opened, picture, poster_of

TYPED = {**GIVEN, "synopsis": "Egy <hosszú> szöveg & még"}
SHOWN = "Egy &lt;hosszú&gt; szöveg &amp; még"
NEW = "/admin/movies/new"


def end_session(client: FlaskClient) -> None:
    client.delete_cookie("session")


def sent_too_late(client: FlaskClient, path: str = NEW, **more: object) -> TestResponse:
    fields = {**opened(client, path), **TYPED, **more}
    end_session(client)
    return client.post(path, data=fields, content_type="multipart/form-data")


def signed_in_after(client: FlaskClient, answer: TestResponse, email: str = EMAIL) -> TestResponse:
    """Follow to the sign-in page, sign in there, and return the page that one lands on."""
    page = client.get(answer.location)
    given = {"email": email, "password": PASSWORD, "csrf_token": token(page.text)}
    return client.post(answer.location, data=given, follow_redirects=True)


def resent(client: FlaskClient, page: TestResponse, path: str, **more: object) -> TestResponse:
    """Send the page's form on as a browser would."""
    form = page.text[page.text.index("data-movie-form") :]
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form))
    fields.pop("remove_poster", None)
    fields = {name: html.unescape(value) for name, value in fields.items()}
    fields["synopsis"] = html.unescape(re.findall(r"<textarea[^>]*>\n(.*?)</text", form, re.S)[0])
    return client.post(path, data={**fields, **more}, content_type="multipart/form-data")


def test_what_was_typed_is_there_again_after_signing_in_again(anna: FlaskClient) -> None:
    answer = sent_too_late(anna)
    assert answer.status_code == 303
    told = anna.get(answer.location).text
    assert "Közben lejárt a belépésed" in told
    assert "hosszú" not in told
    page = signed_in_after(anna, answer)
    assert SHOWN in page.text
    assert "Itt van, amit a belépés előtt beírtál." in page.text
    assert movies() == []
    assert resent(anna, page, page.request.full_path).status_code == 303
    assert movies()[0].synopsis == TYPED["synopsis"]


def test_nobody_else_sees_what_was_typed(anna: FlaskClient) -> None:
    ensure_admin("bela@example.org", PASSWORD)
    page = signed_in_after(anna, sent_too_late(anna), "bela@example.org")
    assert page.status_code == 200
    assert "hosszú" not in page.text


def test_a_form_that_nobody_vouches_for_is_not_kept(anna: FlaskClient) -> None:
    answer = sent_too_late(anna, typed_by="1.made.up")
    assert "typed" not in answer.location
    assert "hosszú" not in signed_in_after(anna, answer).text


def test_a_file_must_be_chosen_again_after_the_session(anna: FlaskClient, storage: Storage) -> None:
    page = signed_in_after(anna, sent_too_late(anna, poster_file=picture()))
    assert "válaszd ki újra" in page.text
    assert list(storage.list("originals/")) == []


def test_a_file_that_was_taken_in_before_stays_over_the_sign_in(anna: FlaskClient) -> None:
    sent = {**opened(anna, NEW), "title": "", "poster_file": picture("kedvenc.jpg")}
    refused = anna.post(NEW, data=sent, content_type="multipart/form-data")
    [kept] = re.findall(r'name="poster_kept" value="([^"]+)"', refused.text)
    page = signed_in_after(anna, sent_too_late(anna, poster_kept=html.unescape(kept)))
    assert "„kedvenc.jpg” már feltöltve" in page.text
    resent(anna, page, page.request.full_path)
    assert poster_of(movies()[0].id) is not None


def test_the_session_that_ended_by_another_password_loses_nothing(anna: FlaskClient) -> None:
    movie_id = make_movie()
    path = f"/admin/movies/{movie_id}"
    fields = {**opened(anna, path), **TYPED}
    ensure_admin(EMAIL, "another long password")
    ensure_admin(EMAIL, PASSWORD)
    page = signed_in_after(anna, anna.post(path, data=fields))
    assert SHOWN in page.text


def test_a_button_pressed_too_late_leads_back_to_its_page(anna: FlaskClient) -> None:
    movie_id = make_movie()
    asked = f"/admin/movies/{movie_id}/delete"
    fields = {"csrf_token": token(anna.get(asked).text)}
    end_session(anna)
    answer = anna.post(asked, data=fields, headers={"Referer": f"http://localhost{asked}"})
    assert "nem történt semmi" in anna.get(answer.location).text
    assert signed_in_after(anna, answer).request.path == asked
    assert movie_of(movie_id)


def test_another_sessions_token_saves_nothing_and_loses_nothing(anna: FlaskClient) -> None:
    fields = {**opened(anna, NEW), **TYPED}
    anna.post("/admin/logout", data={"csrf_token": fields["csrf_token"]})
    sign_in(anna)
    answer = anna.post(NEW, data=fields)
    assert answer.status_code == 400
    assert SHOWN in answer.text
    assert "Közben újra beléptél" in answer.text
    assert movies() == []
    assert resent(anna, answer, NEW).status_code == 303


def test_a_button_with_another_sessions_token_does_nothing_and_says_so(anna: FlaskClient) -> None:
    movie_id = make_movie()
    answer = anna.post(f"/admin/movies/{movie_id}/delete")
    assert answer.status_code == 400
    assert "Az oldal elavult" in answer.text
    assert movie_of(movie_id)


def test_signing_in_with_an_old_page_says_what_to_do(client: FlaskClient) -> None:
    answer = client.post("/admin/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 400
    assert "Ez az oldal közben elavult." in answer.text
    assert f'value="{EMAIL}"' in answer.text


@pytest.mark.parametrize("back", [True, False])
def test_a_movie_deleted_meanwhile_is_had_back_or_saved_as_another(
    anna: FlaskClient, back: bool
) -> None:
    movie_id = make_movie(title="Régi", distributor="Mokép")
    path = f"/admin/movies/{movie_id}"
    fields = {**opened(anna, path), **TYPED, "poster_file": picture("uj.jpg")}
    with writing() as session:
        delete_movie(session, movie_id, by="bela@example.org")
    told = anna.post(path, data=fields, content_type="multipart/form-data")
    assert told.status_code == 409
    assert SHOWN in told.text
    assert "bela@example.org törölte" in told.text
    assert "„uj.jpg” már feltöltve" in told.text
    answer = resent(anna, told, path, then="bring_back") if back else resent(anna, told, NEW)
    assert answer.status_code == 303
    [movie] = movies()
    assert (movie.id == movie_id, movie.title, movie.distributor) == (back, "Mephisto", "Mokép")
    assert movie.synopsis == TYPED["synopsis"]


def test_a_deleted_movies_address_offers_to_have_it_back(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Szerelem")
    with writing() as session:
        delete_movie(session, movie_id, by="bela@example.org")
    page = anna.get(f"/admin/movies/{movie_id}")
    assert page.status_code == 404
    assert "„Szerelem” törölve van" in page.text
    fields = {"csrf_token": token(page.text)}
    for _ in range(2):  # whoever is second has nothing left to do
        assert anna.post(f"/admin/movies/{movie_id}/bring-back", data=fields).status_code == 303
    assert anna.get("/admin/movies/99").status_code == 404


def test_too_large_a_file_is_told_by_its_size_and_nothing_is_lost(make_app: MakeApp) -> None:
    app = make_app(POSTER_MAX_BYTES=str(MIB // 8))
    with app.app_context():
        ensure_admin(EMAIL, PASSWORD)
        client, movie_id = app.test_client(), make_movie()
        sign_in(client)
        path = f"/admin/movies/{movie_id}"
        file = (io.BytesIO(make_jpeg() + bytes(MIB // 4)), "nagy.jpg")
        fields = {**opened(client, path), **TYPED, "poster_file": file}
        answer = client.post(path, data=fields, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "A fájl 0,3 MiB-os; legfeljebb 0,1 MiB lehet." in answer.text
        assert SHOWN in answer.text
        assert poster_of(movie_id) is None


def test_what_the_server_had_to_cut_is_told_by_what_was_sent(anna: FlaskClient) -> None:
    fields = {**opened(anna, NEW), **TYPED, "poster_file": picture()}
    sent = largest_body(20 * MIB) + 79 * MIB
    as_told = {"CONTENT_LENGTH": str(sent), "wsgi.input_terminated": True}
    kind = "multipart/form-data"
    answer = anna.post(NEW, data=fields, content_type=kind, environ_overrides=as_told)
    assert answer.status_code == 413
    assert "A fájl 100 MiB-os" in answer.text
    assert SHOWN in answer.text
    assert movies() == []


def test_a_storage_that_is_away_loses_no_text(
    anna: FlaskClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageError("It is away.")

    monkeypatch.setattr(type(storage), "put", away)
    fields = {**opened(anna, NEW), **TYPED, "poster_file": picture()}
    answer = anna.post(NEW, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 503
    assert SHOWN in answer.text
    assert "A tárhely most nem veszi át a fájlt." in answer.text


def test_a_point_that_was_set_is_there_again(anna: FlaskClient) -> None:
    movie_id = make_movie()
    path = f"/admin/movies/{movie_id}"
    fields = {**opened(anna, path), "title": "", "focus_x": "12", "focus_y": "34"}
    page = anna.post(path, data=fields).text
    assert re.search(r'name="focus_x"[^>]* value="12"', page)
    assert re.search(r'name="focus_y"[^>]* value="34"', page)
