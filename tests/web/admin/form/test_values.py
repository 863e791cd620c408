"""The form as it was sent, shown again."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from mozi.calendar.editing.trash import delete_movie
from mozi.database import writing
from tests.support.factories import make_movie
from tests.web.admin.forms import (
    NEW,
    SHOWN,
    TYPED,
    movies,
    opened,
    picture,
    resent,
)


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


def test_a_point_that_was_set_is_there_again(anna: FlaskClient) -> None:
    movie_id = make_movie()
    path = f"/admin/movies/{movie_id}"
    fields = {**opened(anna, path), "title": "", "focus_x": "12", "focus_y": "34"}
    page = anna.post(path, data=fields).text
    assert re.search(r'name="focus_x"[^>]* value="12"', page)
    assert re.search(r'name="focus_y"[^>]* value="34"', page)
