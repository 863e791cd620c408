"""Signed-in admins see every page as it is; a cookie alone gets what everybody gets."""

from __future__ import annotations

from flask.testing import FlaskClient

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


def test_a_forged_cookie_gets_the_cached_page(client: FlaskClient) -> None:
    client.get("/")
    client.set_cookie("session", "forged")
    answer = client.get("/")
    assert answer.headers["Cache-Status"] == "mozi; hit"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_session_that_is_nobodys_gets_the_cached_page_unmarked(client: FlaskClient) -> None:
    client.get("/admin/login")
    client.get("/")
    answer = client.get("/")
    assert answer.headers["Cache-Status"] == "mozi; hit"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
