"""The form of a movie, as a browser without scripts and as a plain program sends it."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.database import reading, writing
from mozi.maintenance.checking import Checking
from mozi.models import HistoryEntry, Movie
from mozi.storage import Storage
from tests.support.factories import THURSDAY, make_jpeg, make_movie, movie_of, premiere_of
from tests.web.admin.conftest import EMAIL
from tests.web.admin.forms import (
    GIVEN,
    movies,
    opened,
    picture,
    poster_of,
    send,
)


def test_a_movie_is_added_by_the_fields_of_the_import_table(anna: FlaskClient) -> None:
    fields = {**GIVEN, "genres": "dráma; történelmi", "runtime_minutes": "144", "age_rating": "16"}
    answer = send(anna, "/admin/movies/new", **fields)
    [movie] = movies()
    assert (answer.status_code, answer.location) == (303, f"/admin/movies/{movie.id}")
    assert (movie.title, premiere_of(movie.id).premiere_date) == ("Mephisto", THURSDAY)
    assert (movie.genres, movie.runtime_minutes) == (("dráma", "történelmi"), 144)
    assert "Hozzáadva: „Mephisto”." in anna.get(answer.location).text


def test_a_movie_comes_with_its_poster(anna: FlaskClient, storage: Storage) -> None:
    send(anna, "/admin/movies/new", **GIVEN, poster_file=picture())
    poster = poster_of(movies()[0].id)
    assert poster is not None
    assert poster.uploaded
    assert storage.get(poster.original_key or "") == make_jpeg()


def test_what_is_not_sent_stays_and_what_is_empty_goes(anna: FlaskClient) -> None:
    movie_id = make_movie(synopsis="Egy mondat.", director=("Szabó István",), runtime_minutes=99)
    answer = send(anna, f"/admin/movies/{movie_id}", title="Szerelem", runtime_minutes="")
    movie = movie_of(movie_id)
    assert answer.status_code == 303
    assert (movie.title, movie.synopsis, movie.director) == (
        "Szerelem",
        "Egy mondat.",
        ("Szabó István",),
    )
    assert movie.runtime_minutes is None


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    anna: FlaskClient,
) -> None:
    fields = {"title": "", "premiere_date": "2026-02-30", "synopsis": "<b>Ez & az</b>"}
    answer = send(anna, "/admin/movies/new", **fields, trailer_url="javascript:alert(1)")
    assert answer.status_code == 422
    for words in ("Ezt meg kell adni.", "Nincs ilyen nap: 2026-02-30.", "https:// kezdetű cím"):
        assert words in answer.text
    assert 'id="title-fault"' in answer.text
    assert "&lt;b&gt;Ez &amp; az&lt;/b&gt;" in answer.text
    assert movies() == []


def test_a_good_file_need_not_be_chosen_again_when_a_text_was_wrong(anna: FlaskClient) -> None:
    refused = send(anna, "/admin/movies/new", title="", poster_file=picture("mephisto.jpg"))
    assert "mephisto.jpg" in refused.text
    [kept] = re.findall(r'name="poster_kept" value="([^"]+)"', refused.text)
    answer = send(anna, "/admin/movies/new", **GIVEN, poster_kept=html.unescape(kept))
    assert answer.status_code == 303
    poster = poster_of(movies()[0].id)
    assert poster is not None
    assert poster.uploaded


def test_a_file_whose_form_is_never_sent_again_waits_for_pruning(
    anna: FlaskClient, storage: Storage
) -> None:
    send(anna, "/admin/movies/new", title="", poster_file=picture())
    report = Checking(storage).run()
    assert (report.stored, report.retired, report.wrong) == (1, 1, 0)


def test_a_made_up_key_is_no_poster(anna: FlaskClient) -> None:
    send(anna, "/admin/movies/new", **GIVEN, poster_kept="originals/1.jpg")
    assert poster_of(movies()[0].id) is None


def test_a_file_that_is_no_picture_is_named_and_the_old_poster_stays(anna: FlaskClient) -> None:
    movie_id = make_movie()
    send(anna, f"/admin/movies/{movie_id}", poster_file=picture())
    before = poster_of(movie_id)
    answer = send(anna, f"/admin/movies/{movie_id}", poster_file=(io.BytesIO(b"%PDF-1.7"), "a.pdf"))
    assert answer.status_code == 422
    assert "PDF-dokumentum" in answer.text
    after = poster_of(movie_id)
    assert before is not None
    assert after is not None
    assert (after.source_number, after.original_key) == (before.source_number, before.original_key)


def test_opening_and_saving_changes_nothing(anna: FlaskClient) -> None:
    movie_id = make_movie(
        genres=("dráma", "sci-fi"), synopsis="\nÚj sor\n<&>", poster_url="https://example.org/p.jpg"
    )
    fields = opened(anna, f"/admin/movies/{movie_id}")
    assert anna.post(f"/admin/movies/{movie_id}", data=fields).status_code == 303
    assert movie_of(movie_id).version == 1
    with reading() as session:
        assert session.scalars(select(HistoryEntry)).all() == []


def test_who_changed_what_is_remembered(anna: FlaskClient) -> None:
    movie_id = make_movie(genres=("dráma",))
    send(anna, f"/admin/movies/{movie_id}", genres="krimi", premiere_date="2026-12-03")
    with reading() as session:
        [edit] = session.scalars(select(HistoryEntry))
        session.expunge_all()
    assert (edit.editor, edit.action, edit.version) == (EMAIL, "updated", 2)
    assert edit.changes == {
        "genres": [["dráma"], ["krimi"]],
        "premiere_date": ["2026-11-26", "2026-12-03"],
    }


def test_an_id_that_is_another_movies_is_refused(anna: FlaskClient) -> None:
    make_movie(external_id="x-1", title="Szerelem")
    answer = send(anna, "/admin/movies/new", **GIVEN, external_id="x-1")
    assert answer.status_code == 422
    assert "Ez már egy másik filmé: „Szerelem”." in answer.text


def test_a_field_that_two_changed_is_not_overwritten_unseen(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Régi")
    path = f"/admin/movies/{movie_id}"
    mine = {**opened(anna, path), "title": "Enyém", "distributor": "Mokép"}
    with writing() as session:
        movie = session.get_one(Movie, movie_id)
        movie.title, movie.synopsis = "Övék", "Új szöveg"
    answer = anna.post(path, data=mine)
    assert answer.status_code == 409
    assert movie_of(movie_id).title == "Övék"
    for words in ("Régi", "Övék", "Enyém", "Új szöveg"):
        assert words in answer.text
    chosen = {**mine, "pick.title": "mine"}
    assert anna.post(path, data=chosen).status_code == 303
    movie = movie_of(movie_id)
    assert (movie.title, movie.synopsis, movie.distributor) == ("Enyém", "Új szöveg", "Mokép")


def test_a_program_that_brings_nothing_back_is_asked_nothing(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Régi")
    send(anna, f"/admin/movies/{movie_id}", title="Első")
    assert send(anna, f"/admin/movies/{movie_id}", title="Második").status_code == 303
    assert send(anna, "/admin/movies/new", **{**GIVEN, "title": "Második"}).status_code == 303
    assert send(anna, "/admin/movies/new", **{**GIVEN, "title": "Második"}).status_code == 303


@pytest.mark.parametrize(
    ("name", "made_up"),
    [
        ("shown", '{"source": 1e999}'),
        ("shown", "[" * 100_000),
        ("shown", "null"),
        ("duplicates_seen", "9" * 5000),
        ("duplicates_seen", "x,,²,7"),
    ],
)
def test_hidden_fields_that_are_made_up_are_no_error(
    anna: FlaskClient, name: str, made_up: str
) -> None:
    answer = send(anna, "/admin/movies/new", **GIVEN, **{name: made_up})
    assert answer.status_code == 303


def test_the_form_warns_once_of_a_movie_that_may_be_the_same(anna: FlaskClient) -> None:
    make_movie(title="Mephisto")
    fields = {**opened(anna, "/admin/movies/new"), **GIVEN, "title": "  MEPHISTO "}
    warned = anna.post("/admin/movies/new", data=fields)
    assert warned.status_code == 409
    assert len(movies()) == 1
    [seen] = re.findall(r'name="duplicates_seen" value="([^"]+)"', warned.text)
    assert (
        anna.post("/admin/movies/new", data={**fields, "duplicates_seen": seen}).status_code == 303
    )


def test_the_same_poster_of_another_movie_is_pointed_out(anna: FlaskClient) -> None:
    other = make_movie(title="Szerelem")
    send(anna, f"/admin/movies/{other}", poster_file=picture())
    fields = {**opened(anna, "/admin/movies/new"), **GIVEN, "poster_file": picture()}
    warned = anna.post("/admin/movies/new", data=fields)
    assert warned.status_code == 409
    assert f'href="/admin/movies/{other}"' in warned.text
