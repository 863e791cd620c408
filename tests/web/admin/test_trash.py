"""Deleting a movie at the desk, and bringing it back."""

from __future__ import annotations

from flask.testing import FlaskClient

from mozi.calendar.editing.trash import delete_movie
from mozi.database import writing
from tests.support.factories import make_movie
from tests.web.admin.conftest import token


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


def test_a_deleted_movies_address_offers_to_have_it_back(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Szerelem")
    with writing() as session:
        delete_movie(session, movie_id, by="bela@example.org")
    page = anna.get(f"/admin/movies/{movie_id}")
    assert page.status_code == 404
    assert "„Szerelem” törölve van" in page.text
    fields = {"csrf_token": token(page.text)}
    for _ in range(2):  # the second request changes nothing
        assert anna.post(f"/admin/movies/{movie_id}/bring-back", data=fields).status_code == 303
    assert anna.get("/admin/movies/99").status_code == 404
