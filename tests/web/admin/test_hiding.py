"""A film that is saved hidden at the desk: seen, changed, published, and on its day."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from mozi import clock
from mozi.calendar.editing.hiding import find_hidden, hidden_movies
from mozi.database import reading
from mozi.models import Movie
from tests.support.factories import THURSDAY, make_jpeg, movie_of
from tests.web.admin.conftest import token
from tests.web.admin.forms import fields_of

NEW = "/admin/movies/new"
TITLE = {"title": "Titok", "premiere_date": THURSDAY.isoformat()}


def send(client: FlaskClient, address: str, **fields: object) -> str:
    """Send the form at the address with these fields, and return where that leads."""
    page = client.get(address).text
    answer = client.post(address, data={**fields_of(page), **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def hidden_day(movie_id: int) -> date | None:
    with reading() as session:
        found = find_hidden(session, movie_id)
    assert found
    return found.publish_on


def test_a_hidden_film_is_changed_seen_and_published(
    anna: FlaskClient, client: FlaskClient
) -> None:
    file = (io.BytesIO(make_jpeg()), "p.jpg")
    form = send(anna, NEW, **TITLE, then="hide", poster_file=file)
    movie_id = int(form.rpartition("/")[2])
    page = anna.get(form).text
    assert "Mentve, rejtve: „Titok”." in page
    assert f'src="{form}/hidden-poster"' in page
    send(anna, form, synopsis="Csend van.")
    preview = anna.get(f"{form}/preview")
    assert "Csend van." in preview.text
    assert f'src="{form}/hidden-poster"' in preview.text
    assert preview.headers["Cache-Control"] == "no-store"
    assert anna.get(f"{form}/hidden-poster").content_type == "image/jpeg"
    film = f"/film/{movie_id}-titok"
    assert client.get(film).status_code == 404
    assert client.get(f"{form}/preview").status_code == 302
    send(anna, form, then="publish")
    assert "Csend van." in client.get(film).text
    assert anna.get(f"{form}/preview").status_code == 404


def test_a_refused_hidden_form_says_why_and_keeps_what_was_typed(anna: FlaskClient) -> None:
    form = send(anna, NEW, **TITLE, then="hide")
    fields = {**fields_of(anna.get(form).text), "runtime_minutes": "99999", "title": "Más"}
    answer = anna.post(form, data={**fields, "then": "publish"})
    assert answer.status_code == 422
    assert 'value="Más"' in answer.text
    assert hidden_day(int(form.rpartition("/")[2])) is None


def test_a_film_appears_on_its_day(
    anna: FlaskClient, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = THURSDAY + timedelta(3)
    form = send(anna, NEW, **TITLE, publish_on=day.isoformat())
    movie_id = int(form.rpartition("/")[2])
    assert hidden_day(movie_id) == day
    film = f"/film/{movie_id}-titok"
    client.get("/")
    assert client.get(film).status_code == 404
    monkeypatch.setattr(clock, "today", lambda settings: day)
    assert client.get(film).status_code == 200
    assert "Titok" in client.get("/api/v1/movies?ids=" + str(movie_id)).text


def test_a_day_that_has_come_publishes_at_once(anna: FlaskClient) -> None:
    form = send(anna, NEW, **TITLE, then="hide", publish_on="2020-01-01")
    assert movie_of(int(form.rpartition("/")[2])).title == "Titok"


def test_buttons_publish_and_discard(anna: FlaskClient) -> None:
    one, other = (send(anna, NEW, **{**TITLE, "title": t}, then="hide") for t in ("A", "B"))
    csrf = {"csrf_token": token(anna.get(one).text)}
    assert anna.post(f"{one}/publish", data=csrf).location == one
    assert anna.post(f"{other}/discard", data=csrf).location == "/admin/movies"
    assert "Visszahozom" in anna.get("/admin/movies/deleted").text
    with reading() as session:
        assert hidden_movies(session) == ()
        assert [movie.title for movie in session.query(Movie)] == ["A"]
    for gone in (one, other):
        assert anna.post(f"{gone}/discard", data=csrf).status_code == 404
