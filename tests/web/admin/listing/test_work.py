"""The desk's first page."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.support.factories import THURSDAY, make_movie
from tests.web.admin.conftest import sign_in, token
from tests.web.admin.forms import fields_of


def test_the_desk_opens_with_what_needs_a_hand(anna: FlaskClient) -> None:
    movie_id = make_movie(title="Üres", premiere_date=THURSDAY)
    page = anna.get("/admin/").text
    assert f'href="/admin/movies/{movie_id}"' in page
    assert re.findall('label--fault">([^<]+)<', page) == [
        *("nincs plakát", "nincs tartalom", "nincs korhatár", "nincs forgalmazó"),
    ]


def test_hidden_films_are_listed_and_published_there(anna: FlaskClient) -> None:
    fields = fields_of(anna.get("/admin/movies/new").text)
    given = {"title": "Titok", "premiere_date": "2026-12-24", "then": "hide"}
    form = anna.post("/admin/movies/new", data={**fields, **given}).location
    page = anna.get("/admin/").text
    assert f'href="{form}/preview"' in page
    done = anna.post(f"{form}/publish", data={"csrf_token": token(page)})
    assert done.location == form
    assert "Rejtett filmek" not in anna.get("/admin/").text


def test_signing_in_leads_there(client: FlaskClient, anna: FlaskClient) -> None:
    assert sign_in(client) == 303
    assert client.get("/admin/login").location == "/admin/"
