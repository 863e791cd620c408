"""The page of all changes: who changed what, and taking it back."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from mozi.database import reading
from mozi.models import Movie
from tests.calendar.editing.test_log import add, change
from tests.support.factories import movie_of
from tests.web.admin.conftest import token
from tests.web.admin.listing.test_many import choose, send


def test_a_change_is_shown_with_its_editor_and_taken_back(anna: FlaskClient) -> None:
    movie_id = add(title="Mephisto", distributor="Régi")
    change(movie_id, by="bela@example.org", distributor="Mozinet")
    page = anna.get("/admin/changes").text
    assert "bela@example.org" in page
    assert re.search("<del>Régi</del> → <ins>Mozinet</ins>", page)
    [undo, *_] = re.findall(r'action="(/admin/changes/\d+/undo)"', page)
    done = anna.post(undo, data={"csrf_token": token(page)})
    assert done.location == "/admin/changes"
    assert movie_of(movie_id).distributor == "Régi"
    assert "Visszavonva: „Mephisto”." in anna.get("/admin/changes").text
    assert anna.post(undo, data={"csrf_token": token(page)}).status_code == 404
    assert (
        "bela@example.org"
        not in anna.get("/admin/changes?editor=anna@example.org").text.split("<ol", 1)[-1]
    )


def test_a_batch_is_a_line_that_leads_to_its_films(anna: FlaskClient) -> None:
    ids = [add(title=f"Film {number}") for number in range(2)]
    send(anna, choose(anna, movie=ids, to="cancel").text, do="1")
    page = anna.get("/admin/changes").text
    [batch] = set(re.findall(r"/admin/changes\?batch=(\d+)", page))
    assert "Film 0" in anna.get(f"/admin/changes?batch={batch}").text
    undone = anna.post(
        f"/admin/batches/{batch}/undo", data={"csrf_token": token(page), "from": "changes"}
    )
    assert undone.location == "/admin/changes"
    assert "Visszavonta: anna@example.org" in anna.get("/admin/changes").text


def test_an_added_film_is_taken_back_into_the_trash(anna: FlaskClient) -> None:
    movie_id = add(title="Mephisto")
    page = anna.get("/en/admin/changes?before=nonsense").text
    [undo] = re.findall(r'action="(/en/admin/changes/\d+/undo)"', page)
    assert anna.post(undo, data={"csrf_token": token(page)}).status_code == 303
    with reading() as session:
        assert session.get(Movie, movie_id) is None
    assert "Visszahozom" in anna.get("/admin/changes").text
