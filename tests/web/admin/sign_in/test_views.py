"""Signing in and out, and changing the password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Clock, MakeApp, on_both_backends
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in, token


@pytest.mark.usefixtures("_admin")
def test_a_client_without_a_session_is_sent_to_the_form_and_back(client: FlaskClient) -> None:
    answer = client.get("/admin/movies?q=a")
    assert answer.status_code == 302
    assert answer.location == "/admin/login?next=/admin/movies?q%3Da"
    form = client.get(answer.location).get_data(as_text=True)
    given = {"email": EMAIL, "password": PASSWORD, "csrf_token": token(form)}
    back = client.post(answer.location, data=given)
    assert (back.status_code, back.location) == (303, "/admin/movies?q=a")


@pytest.mark.parametrize(
    "target",
    [
        *(
            "https://evil.example/",
            "//evil.example/admin/",
            "/\\evil.example",
            "/film/1",
            "http://[",
        ),
        *("/admin/movies\n", "/admin/\r\nSet-Cookie: a=b", "/admin/\t", "/\t/evil.example/admin/"),
        *("/admin/\x00", "/admin/\x7f", "/admin/\x85", "/admin/\u2028", "\n//evil.example/admin/"),
        *("/admin/../film/1", "/admin/%2e%2e/film/1", "/admin/.%2E//evil.example", "admin/movies"),
        *("/admin/\\..\\..\\evil.example", "///evil.example/admin/", "/administrator", ""),
    ],
)
@pytest.mark.usefixtures("_admin")
def test_signing_in_never_leads_off_the_admin_pages(client: FlaskClient, target: str) -> None:
    form = client.get("/admin/login").get_data(as_text=True)
    given = {"email": EMAIL, "password": PASSWORD, "csrf_token": token(form)}
    answer = client.post("/admin/login", data=given, query_string={"next": target})
    assert answer.location == "/admin/"


@pytest.mark.usefixtures("_admin")
def test_a_referer_that_is_no_address_leads_nowhere(client: FlaskClient) -> None:
    form = client.get("/admin/login").text
    headers = {"Referer": "http://["}
    answer = client.post(
        "/admin/movies/1/delete", data={"csrf_token": token(form)}, headers=headers
    )
    assert (answer.status_code, answer.location) == (303, "/admin/login?ended=1")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
@pytest.mark.usefixtures("_admin")
def test_a_wrong_password_and_an_unknown_account_are_answered_alike(
    client: FlaskClient, email: str
) -> None:
    form = client.get("/admin/login").get_data(as_text=True)
    given = {"email": email, "password": "wrong", "csrf_token": token(form)}
    answer = client.post("/admin/login", data=given)
    assert answer.status_code == 401
    assert "nem tartozik össze" in answer.text


@on_both_backends
@pytest.mark.parametrize("email", ["a\x00b@example.org", "\x00", "", "x" * 10_000, f"{EMAIL}\x00"])
@pytest.mark.usefixtures("_admin")
def test_what_is_no_address_is_an_unknown_account(client: FlaskClient, email: str) -> None:
    assert sign_in(client, email=email) == 401


@pytest.mark.usefixtures("_admin")
def test_the_address_to_sign_in_with_may_be_spelt_in_capitals(client: FlaskClient) -> None:
    assert sign_in(client, email="  Anna@Example.ORG ") == 303


@pytest.mark.usefixtures("_admin")
def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    answer = client.post("/admin/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 400


def test_signing_out_ends_the_session(anna: FlaskClient) -> None:
    page = anna.get("/admin/movies")
    assert page.status_code == 200
    anna.post("/admin/logout", data={"csrf_token": token(page.text)})
    assert anna.get("/admin/movies").status_code == 302


def with_cookie_of(client: FlaskClient, app: Flask) -> FlaskClient:
    """Return another browser that sends the same session cookie."""
    cookie, thief = client.get_cookie("session"), app.test_client()
    assert cookie
    thief.set_cookie("session", cookie.value)
    return thief


def test_signing_out_ends_the_cookie_wherever_it_is(app: Flask, anna: FlaskClient) -> None:
    thief, other = with_cookie_of(anna, app), app.test_client()
    sign_in(other)
    assert thief.get("/admin/movies").status_code == 200
    anna.post("/admin/logout", data={"csrf_token": token(anna.get("/admin/movies").text)})
    assert thief.get("/admin/movies").status_code == 302
    assert other.get("/admin/movies").status_code == 200


def test_signing_out_everywhere_ends_every_session(app: Flask, anna: FlaskClient) -> None:
    thief, other = with_cookie_of(anna, app), app.test_client()
    sign_in(other)
    form = anna.get("/admin/password").text
    assert 'action="/admin/logout/everywhere"' in form
    answer = anna.post("/admin/logout/everywhere", data={"csrf_token": token(form)})
    assert (answer.status_code, answer.location) == (303, "/admin/login?out=1")
    for each in (anna, thief, other):
        assert each.get("/admin/movies").status_code == 302


def test_a_session_ends_on_the_server_after_fourteen_days(clock: Clock, anna: FlaskClient) -> None:
    clock.tick(timedelta(days=14).total_seconds() - 60)
    assert anna.get("/admin/movies").status_code == 200
    clock.tick(120)
    assert anna.get("/admin/movies").status_code == 302


def test_a_new_password_signs_out_everywhere_else(app: Flask, anna: FlaskClient) -> None:
    other = app.test_client()
    sign_in(other)
    given = {
        "current_password": PASSWORD,
        "new_password": "another long one",
        "csrf_token": token(anna.get("/admin/password").text),
    }
    assert anna.post("/admin/password", data=given).status_code == 303
    assert other.get("/admin/movies").status_code == 302
    assert anna.get("/admin/movies").status_code == 200


def test_a_new_password_needs_the_present_one(anna: FlaskClient) -> None:
    form = anna.get("/admin/password").text
    given = {"current_password": "no", "new_password": "x", "csrf_token": token(form)}
    answer = anna.post("/admin/password", data=given)
    assert answer.status_code == 422
    assert "Ez nem a mostani jelszavad." in answer.text
    assert "Legalább 8 karakter kell." in answer.text


def test_the_session_cookie_is_for_https_where_the_request_came_by_it(make_app: MakeApp) -> None:
    client = make_app(TRUSTED_PROXY_HOPS="1").test_client()
    plain = client.get("/admin/login").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    client.delete_cookie("session")
    secure = client.get("/admin/login", headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in secure.headers["Set-Cookie"]


def test_the_form_speaks_english_under_en(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/en/admin/login").text
    assert client.get("/en/admin/movies").location.startswith("/en/admin/login")


@pytest.mark.parametrize("path", ["/admin/login", "/admin/movies", "/admin/", "/admin/nothing"])
def test_no_admin_page_is_kept(anna: FlaskClient, path: str) -> None:
    assert anna.get(path).headers["Cache-Control"] == "no-store"
