"""Deleting a movie, and having it back."""

from __future__ import annotations

from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.calendar.editing.trash import bring_back, delete_movie
from mozi.database import reading, writing
from mozi.models import POSTERS, VARIANTS, DateChange, Movie
from tests.conftest import on_both_backends
from tests.support.factories import THURSDAY, create_movie, make_movie, make_variants, update_movie
from tests.web.admin.conftest import token


@on_both_backends
def test_a_deleted_movie_comes_back_with_all_of_its_rows(app: Flask) -> None:
    movie_id = make_movie(genres=("dráma", "krimi"), external_id="x-1")
    make_variants(movie_id)
    with writing() as session:
        update_movie(session, session.get_one(Movie, movie_id), {"premiere_date": date(2027, 1, 7)})
    before = rows_of(movie_id)
    with writing() as session:
        delete_movie(session, movie_id)
    assert rows_of(movie_id) == [[], [], [], []]
    with writing() as session:
        other = create_movie(session, {"title": "Új", "premiere_date": THURSDAY}).id
        bring_back(session, movie_id)
    assert other != movie_id
    assert rows_of(movie_id) == before


def rows_of(movie_id: int) -> list[list[tuple[object, ...]]]:
    tables = [(Movie.__table__, "id")]
    tables += [(table, "movie_id") for table in (POSTERS, VARIANTS, DateChange.__table__)]
    with reading() as session:
        return [
            [tuple(row) for row in session.execute(select(t).where(t.c[owner] == movie_id))]
            for t, owner in tables
        ]


def test_deleting_asks_and_can_be_undone(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto")
    path = f"/admin/movies/{movie_id}"
    asked = anna.get(f"{path}/delete").text
    assert anna.get(path).status_code == 200
    answer = anna.post(f"{path}/delete", data={"csrf_token": token(asked)})
    page = anna.get(answer.location).text
    assert (answer.status_code, anna.get(path).status_code) == (303, 404)
    assert f'action="{path}/bring-back"' in page
    assert "Mephisto" in anna.get("/admin/movies/deleted").text
    back = anna.post(f"{path}/bring-back", data={"csrf_token": token(page)})
    assert (back.status_code, back.location) == (303, path)
    assert anna.get(path).status_code == 200
