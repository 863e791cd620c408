"""Forms with another session's token: nothing is done, and nothing that was typed is lost."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support.factories import make_movie, movie_of
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in
from tests.web.admin.forms import (
    NEW,
    SHOWN,
    TYPED,
    movies,
    opened,
    resent,
)


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
