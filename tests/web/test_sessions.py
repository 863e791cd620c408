"""Sessions: an admin's, one of no admin, a forged one, and none."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.web.sessions import is_session
from tests.support.factories import make_movie
from tests.web.admin.conftest import anna

__all__ = ["anna"]


def test_an_admin_sees_a_change_at_once_and_no_cache_keeps_it(anna: FlaskClient) -> None:
    anna.get("/")
    make_movie(title="Most")
    answer = anna.get("/")
    assert "Most" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Cache-Status"] == "mozi; fwd=bypass"


def test_an_admins_page_is_not_stored_for_others(anna: FlaskClient, client: FlaskClient) -> None:
    anna.get("/")
    assert client.get("/").headers["Cache-Status"] == "mozi; fwd=miss; stored"


def test_only_an_admins_pages_lead_to_the_desk(anna: FlaskClient, client: FlaskClient) -> None:
    movie_id = make_movie(title="Mephisto")
    film, edit = f"/film/{movie_id}-mephisto", f'href="/admin/movies/{movie_id}">Szerkesztés'
    for visitor in (client, anna, client):
        page = visitor.get(film).text
        assert (edit in page) == (visitor is anna)
        assert ('href="/admin/' in visitor.get("/").text) == (visitor is anna)
    assert client.get(film).headers["Cache-Status"] == "mozi; hit"
    client.set_cookie("session", "forged")
    assert "/admin/" not in client.get(film).text


def test_a_forged_cookie_gets_the_cached_page(client: FlaskClient) -> None:
    client.get("/")
    client.set_cookie("session", "forged")
    answer = client.get("/")
    assert answer.headers["Cache-Status"] == "mozi; hit"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_session_without_an_admin_gets_the_cached_page_unmarked(client: FlaskClient) -> None:
    client.get("/admin/login")
    client.get("/")
    answer = client.get("/")
    assert answer.headers["Cache-Status"] == "mozi; hit"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers


def test_the_server_knows_the_session_of_an_admin(app: Flask, anna: FlaskClient) -> None:
    ours = anna.get_cookie("session")
    assert ours is not None
    assert is_session(app, f"a=b; session={ours.value}")


def test_a_session_without_an_admin_is_none(app: Flask, client: FlaskClient) -> None:
    client.get("/admin/login")
    visitors = client.get_cookie("session")
    assert visitors is not None
    assert not is_session(app, f"session={visitors.value}")
    assert not is_session(app, "session=forged")


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_secure_by_https(client: FlaskClient, scheme: str, secure: bool) -> None:
    answer = client.get("/admin/login", base_url=f"{scheme}://localhost")
    assert ("Secure" in answer.headers["Set-Cookie"]) is secure
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_reading_a_session_sets_none(client: FlaskClient) -> None:
    for path in ("/", "/filmek", "/nincs"):
        assert "Set-Cookie" not in client.get(path).headers
