"""A movie's history in the admin, and having an older state back."""

from __future__ import annotations

import html
import io
import json
import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mozi.calendar.editing.restore import PAGE_LENGTH
from mozi.calendar.editing.trash import delete_movie
from mozi.calendar.fields import Values
from mozi.database import reading, writing
from mozi.models import HistoryEntry, Movie, Poster
from mozi.posters.focus import Pointed, set_focus
from tests.support.factories import make_jpeg, make_movie, make_variants, movie_of, update_movie
from tests.web.admin.conftest import EMAIL, token


def change(movie_id: int, values: Values, *, by: str = EMAIL) -> int:
    """Return the id of the edit that gives the movie these values."""
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), values, by=by)
    return last_edit(movie_id).id


def last_edit(movie_id: int) -> HistoryEntry:
    with reading() as session:
        query = (
            select(HistoryEntry)
            .where(HistoryEntry.movie_id == movie_id)
            .order_by(HistoryEntry.id.desc())
        )
        edit = session.scalars(query.limit(1)).one()
        session.expunge_all()
        return edit


def poster_of(movie_id: int) -> Poster:
    with reading() as session:
        poster = session.get_one(Poster, movie_id)
        session.expunge_all()
        return poster


def restore(client: FlaskClient, movie_id: int, edit_id: int) -> TestResponse:
    page = f"/admin/movies/{movie_id}/history"
    given = {"csrf_token": token(client.get(page).text)}
    return client.post(f"{page}/{edit_id}/restore", data=given)


def upload(client: FlaskClient, movie_id: int, seed: int) -> str | None:
    """Return the key of the original, once it is the movie's poster."""
    path = f"/admin/movies/{movie_id}"
    file = (io.BytesIO(make_jpeg(seed)), "poster.jpg")
    given = {"csrf_token": token(client.get(path).text), "poster_file": file}
    assert client.post(path, data=given, content_type="multipart/form-data").status_code == 303
    return poster_of(movie_id).original_key


def test_the_history_shows_who_changed_what(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto", genres=("dráma",))
    change(
        movie_id, {"genres": ("dráma", "történelmi"), "kind": "streaming"}, by="bela@example.org"
    )
    shown = anna.get(f"/admin/movies/{movie_id}/history").text
    assert "Módosítva" in shown
    assert "bela@example.org" in shown
    assert re.search(
        r"Műfajok</th><td[^>]*><del>dráma</del></td><td[^>]*><ins>dráma; történelmi<", shown
    )
    assert re.search(
        r"A bemutató fajtája</th><td[^>]*><del>moziban</del></td><td[^>]*><ins>online<", shown
    )


def test_the_form_leads_to_the_history(anna: FlaskClient) -> None:
    path = f"/admin/movies/{make_movie()}"
    assert f'href="{path}/history"' in anna.get(path).text
    assert "nincs feljegyzett" in anna.get(f"{path}/history").text


def test_the_latest_comes_first_and_a_page_ends(anna: FlaskClient) -> None:
    movie_id = make_movie()
    for number in range(PAGE_LENGTH + 1):
        change(movie_id, {"title": f"Cím {number}."})
    first = anna.get(f"/admin/movies/{movie_id}/history").text
    second = anna.get(f"/admin/movies/{movie_id}/history?page=2").text
    assert first.index(f"Cím {PAGE_LENGTH}.") < first.index("Cím 1.")
    assert (first.count('class="event"'), second.count('class="event"')) == (PAGE_LENGTH, 1)
    assert anna.get(f"/admin/movies/{movie_id}/history?page={'9' * 30}").status_code == 200


def test_what_editors_write_is_escaped(anna: FlaskClient) -> None:
    movie_id = make_movie()
    change(movie_id, {"title": "<script>alert(1)</script>"})
    shown = anna.get(f"/admin/movies/{movie_id}/history").text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


def test_restoring_puts_back_what_an_edit_found(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Első", genres=("dráma",), director=("Szabó István",))
    edit_id = change(movie_id, {"title": "Második", "genres": ()})
    change(movie_id, {"title": "Harmadik"})
    answer = restore(anna, movie_id, edit_id)
    movie, edit = movie_of(movie_id), last_edit(movie_id)
    assert (answer.status_code, answer.location) == (303, f"/admin/movies/{movie_id}")
    assert (movie.title, movie.genres, movie.director) == ("Első", ("dráma",), ("Szabó István",))
    assert (edit.action, edit.editor) == ("restored", EMAIL)
    assert "Visszaállítva: „Első”." in anna.get(answer.location).text


def test_restoring_leaves_what_was_changed_before(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Első")
    change(movie_id, {"synopsis": "Marad."})
    restore(anna, movie_id, change(movie_id, {"title": "Második"}))
    assert (movie_of(movie_id).title, movie_of(movie_id).synopsis) == ("Első", "Marad.")


def test_a_restore_can_be_undone(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Első")
    restore(anna, movie_id, change(movie_id, {"title": "Második"}))
    restore(anna, movie_id, last_edit(movie_id).id)
    assert movie_of(movie_id).title == "Második"


def test_an_earlier_upload_is_the_poster_again(anna: FlaskClient) -> None:
    movie_id = make_movie()
    old = upload(anna, movie_id, 1)
    assert upload(anna, movie_id, 2) != old
    restore(anna, movie_id, last_edit(movie_id).id)
    poster = poster_of(movie_id)
    assert (poster.uploaded, poster.original_key) == (True, old)


def test_the_replaced_poster_is_seen(anna: FlaskClient) -> None:
    movie_id = make_movie()
    thumb = make_variants(movie_id, "thumb")["thumb"].rpartition("/")[2]
    upload(anna, movie_id, 2)
    shown = anna.get(f"/admin/movies/{movie_id}/history").text
    assert f'<img src="/media/posters/{thumb}"' in shown


def test_restoring_before_the_first_poster_leaves_none(anna: FlaskClient) -> None:
    movie_id = make_movie()
    upload(anna, movie_id, 1)
    restore(anna, movie_id, last_edit(movie_id).id)
    poster = poster_of(movie_id)
    assert (poster.uploaded, poster.original_key, poster.source_url) == (False, None, None)


def point(client: FlaskClient, movie_id: int, x: int, y: int) -> None:
    """Save the form with this point of the poster that it shows."""
    path = f"/admin/movies/{movie_id}"
    page = client.get(path).text
    shown = re.search(r'name="shown" value="([^"]*)"', page)
    number = str(poster_of(movie_id).source_number)
    given = {"csrf_token": token(page), "focus_of": number, "focus_x": x, "focus_y": y}
    given["shown"] = html.unescape(shown[1]) if shown else ""
    assert client.post(path, data=given).status_code == 303


def test_a_point_of_the_poster_is_told_and_had_back(anna: FlaskClient) -> None:
    movie_id = make_movie()
    upload(anna, movie_id, 1)
    point(anna, movie_id, 30, 40)
    first = last_edit(movie_id)
    point(anna, movie_id, 50, 60)
    assert (first.editor, first.changes) == (EMAIL, {"focus": [None, [30, 40]]})
    shown = anna.get(f"/admin/movies/{movie_id}/history").text
    assert re.search("<del>balról 30 %, felülről 40 %</del></td><td[^>]*><ins>balról 50 %", shown)
    restore(anna, movie_id, last_edit(movie_id).id)
    assert (poster_of(movie_id).focus_x, poster_of(movie_id).focus_y) == (30, 40)
    restore(anna, movie_id, first.id)
    assert poster_of(movie_id).focus_x is None


def test_an_earlier_upload_comes_back_with_its_point(anna: FlaskClient) -> None:
    movie_id = make_movie()
    upload(anna, movie_id, 1)
    point(anna, movie_id, 30, 40)
    upload(anna, movie_id, 2)
    assert last_edit(movie_id).changes["focus"] == [[30, 40], None]
    restore(anna, movie_id, last_edit(movie_id).id)
    assert (poster_of(movie_id).focus_x, poster_of(movie_id).focus_y) == (30, 40)


def test_a_point_that_another_moved_is_not_moved_back(anna: FlaskClient) -> None:
    movie_id = make_movie()
    upload(anna, movie_id, 1)
    point(anna, movie_id, 30, 40)
    with writing() as session:
        set_focus(session, movie_id, Pointed((70, 80)))
    edits = last_edit(movie_id).id
    shown = json.dumps({"source": 1, "focus": [30, 40]})
    path = f"/admin/movies/{movie_id}"
    given = {"csrf_token": token(anna.get(path).text), "shown": shown}
    anna.post(path, data={**given, "focus_of": "1", "focus_x": "30", "focus_y": "40"})
    assert (poster_of(movie_id).focus_x, last_edit(movie_id).id) == (70, edits)


def test_an_upload_stays_where_only_its_address_was_forgotten(anna: FlaskClient) -> None:
    movie_id = make_movie(poster_url="https://example.org/1.jpg")
    key = upload(anna, movie_id, 1)
    restore(anna, movie_id, change(movie_id, {"poster_url": None}))
    poster = poster_of(movie_id)
    assert (poster.uploaded, poster.original_key) == (True, key)
    assert poster.source_url == "https://example.org/1.jpg"


def test_a_movie_that_is_gone_has_no_history_page(anna: FlaskClient) -> None:
    movie_id = make_movie()
    edit_id = change(movie_id, {"title": "Volt"})
    page = f"/admin/movies/{movie_id}/history"
    given = {"csrf_token": token(anna.get(page).text)}
    with writing() as session:
        delete_movie(session, movie_id)
    assert anna.get(page).status_code == 404
    assert anna.post(f"{page}/{edit_id}/restore", data=given).status_code == 404


def test_restoring_needs_the_token_and_a_sign_in(anna: FlaskClient, client: FlaskClient) -> None:
    movie_id = make_movie(title="Első")
    path = f"/admin/movies/{movie_id}/history"
    edit_id = change(movie_id, {"title": "Második"})
    assert anna.post(f"{path}/{edit_id}/restore").status_code == 400
    assert "/admin/login" in client.get(path).location
    assert movie_of(movie_id).title == "Második"
