"""The first admin, invitations, roles, taking somebody away, and one's own account."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mozi.accounts.admins import EDITOR, ensure_admin
from mozi.accounts.links import create_link, find_link, offer_beginning, use_link
from mozi.accounts.passwords import is_common
from mozi.accounts.people import list_people, remove_admin
from mozi.database import reading
from mozi.models import AdminLink
from mozi.web.first_admin import announce_beginning
from tests.conftest import Clock, Said, on_both_backends
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in, token

NEW = "a word nobody has"
BEGIN = "/admin/begin?token=first"


def answer(client: FlaskClient, path: str, shown_on: str, **fields: str) -> str:
    """Send a form with the token of a page; return the status and the place it leads to."""
    page = client.get(shown_on).text
    sent = client.post(path, data={"csrf_token": token(page), **fields})
    return f"{sent.status_code} {sent.location or ''}".strip()


def invited(client: FlaskClient, email: str, role: str = EDITOR) -> str:
    """Return the path of the link that the page shows once."""
    form = {"csrf_token": token(client.get("/admin/admins").text), "email": email, "role": role}
    shown = client.post("/admin/admins", data=form).text
    found = re.search(r'value="(http[^"]+/admin/link[^"]+)"', shown)
    assert found, shown
    parts = urlsplit(found[1])
    return f"{parts.path}?{parts.query}"


@on_both_backends
def test_the_start_logs_one_address_which_makes_one_admin(
    app: Flask, client: FlaskClient, said: Said
) -> None:
    for _ in range(2):  # two workers
        announce_beginning(app, "first")
    assert re.findall(r"/admin/begin\?token=\S+", "\n".join(said.messages())) == [
        "/admin/begin?token=first"
    ]
    assert [client.get(BEGIN).status_code for _ in range(2)] == [200, 200]
    twice = {"password": NEW, "password_again": NEW}
    assert answer(client, BEGIN, BEGIN, email="A@b.hu", **twice) == "303 /admin/welcome"
    assert client.get("/admin/welcome").status_code == 200
    assert client.get(BEGIN).status_code == app.test_client().get(BEGIN).status_code == 404
    assert [(who.email, who.role) for who in list_people()] == [("a@b.hu", "admin")]
    assert not offer_beginning("second")


def test_the_next_start_and_an_hour_end_the_address(client: FlaskClient, clock: Clock) -> None:
    assert offer_beginning("first")
    assert offer_beginning("second")
    assert client.get(BEGIN).status_code == 404
    second = BEGIN.replace("first", "second")
    clock.tick(timedelta(minutes=59).total_seconds())
    assert client.get(second).status_code == 200
    clock.tick(timedelta(minutes=2).total_seconds())
    over = client.get(second)
    assert over.status_code == 404
    assert "Indítsd újra az oldalt" in over.text


@on_both_backends
def test_a_link_that_two_use_at_once_makes_one_admin(app: Flask) -> None:
    offer_beginning("first")

    def use(email: str) -> str | None:
        with app.app_context():
            return use_link("first", NEW, email=email)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(use, ["a@b.hu", "c@d.hu"]))
    assert len(list_people()) == 1
    assert sorted(made, key=str).count(None) == 1


def test_only_a_hash_of_a_link_is_stored(app: Flask) -> None:
    made = create_link("new@b.hu")
    with reading() as session:
        (row,) = session.execute(select(AdminLink.__table__)).all()
    assert made not in str(row)
    assert find_link(made)
    assert find_link(row.id) is None


def test_an_invitation_makes_an_editor_who_manages_nobody(app: Flask, anna: FlaskClient) -> None:
    path, theirs = invited(anna, "new@b.hu"), app.test_client()
    assert "new@b.hu" in theirs.get(path).text
    assert answer(theirs, path, path, password=NEW, password_again=NEW) == "303 /admin/"
    assert theirs.get("/admin/movies").status_code == 200
    assert "/admin/admins" not in theirs.get("/admin/movies").text
    assert theirs.get("/admin/admins").status_code == 403
    form = token(theirs.get("/admin/password").text)
    for view in ("", "/remove", "/sign-out", "/role", "/withdraw"):
        sent = {"csrf_token": form, "email": EMAIL, "role": "editor"}
        assert theirs.post(f"/admin/admins{view}", data=sent).status_code == 403, view
    assert theirs.get(path).status_code == 404  # used up
    assert theirs.get("/admin/link").status_code == 404


def test_a_link_for_a_forgotten_password_ends_the_old_one(app: Flask, anna: FlaskClient) -> None:
    ensure_admin("b@b.hu", PASSWORD, role=EDITOR)
    path = invited(anna, "b@b.hu", role="admin")  # makes nobody an admin by the way
    other = app.test_client()
    assert answer(other, path, path, password=NEW, password_again=NEW) == "303 /admin/"
    assert sign_in(app.test_client(), "b@b.hu", PASSWORD) == 401
    assert {who.email: who.role for who in list_people()}["b@b.hu"] == EDITOR


def test_an_invitation_can_be_withdrawn_and_ends_with_time(
    app: Flask, anna: FlaskClient, clock: Clock
) -> None:
    path = invited(anna, "new@b.hu")
    page = anna.get("/admin/admins").text
    (link_id,) = re.findall(r'name="id" value="([0-9a-f]+)"', page)
    answer(anna, "/admin/admins/withdraw", "/admin/admins", id=link_id)
    assert anna.get(path).status_code == 404
    later = invited(anna, "new@b.hu")
    clock.tick(timedelta(days=8).total_seconds())
    assert app.test_client().get(later).status_code == 404


@on_both_backends
def test_somebody_taken_away_is_out_at_once(app: Flask, anna: FlaskClient) -> None:
    ensure_admin("b@b.hu", PASSWORD)
    theirs = app.test_client()
    sign_in(theirs, "b@b.hu", PASSWORD)
    link = create_link("b@b.hu")
    assert "303" in answer(anna, "/admin/admins/sign-out", "/admin/admins", email="b@b.hu")
    assert theirs.get("/admin/movies").status_code == 302
    sign_in(theirs, "b@b.hu", PASSWORD)
    assert "303" in answer(anna, "/admin/admins/remove", "/admin/admins", email="b@b.hu")
    assert theirs.get("/admin/movies").status_code == 302
    assert sign_in(theirs, "b@b.hu", PASSWORD) == 401
    assert find_link(link) is None


def test_neither_oneself_nor_the_last_admin_is_taken_away(anna: FlaskClient) -> None:
    ensure_admin("b@b.hu", PASSWORD, role=EDITOR)
    assert answer(anna, "/admin/admins/remove", "/admin/admins", email=EMAIL) == "422"
    assert answer(anna, "/admin/admins/role", "/admin/admins", email=EMAIL, role="editor") == "422"
    assert not remove_admin(EMAIL, keep_last=True)
    assert "303" in answer(
        anna, "/admin/admins/role", "/admin/admins", email="b@b.hu", role="admin"
    )
    assert remove_admin(EMAIL, keep_last=True)


@on_both_backends
def test_two_admins_who_take_each_other_away_leave_one(app: Flask) -> None:
    for email in ("a@b.hu", "b@b.hu"):
        ensure_admin(email, PASSWORD)

    def take(email: str) -> bool:
        with app.app_context():
            return remove_admin(email, keep_last=True)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, ["a@b.hu", "b@b.hu"])) == [False, True]


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("password123", "password123", "sokan használják"),
        ("anna@example.org", "anna@example.org", "sokan használják"),
        (NEW, f"{NEW}x", "nem egyezik"),
        ("short", "short", "Legalább 8"),
    ],
)
def test_a_new_password_is_typed_twice_and_not_a_common_one(
    anna: FlaskClient, new: str, again: str, said: str
) -> None:
    page = token(anna.get("/admin/password").text)
    form = {"csrf_token": page, "current_password": PASSWORD, "new_password": new}
    sent = anna.post("/admin/password", data={**form, "new_password_again": again})
    assert sent.status_code == 422
    assert said in sent.text
    assert sign_in(anna.application.test_client()) == 303


def test_a_changed_password_says_so_and_how_many_were_signed_out(
    app: Flask, anna: FlaskClient
) -> None:
    other = app.test_client()
    sign_in(other)
    fields = {"current_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    page = "/admin/password"
    assert answer(anna, page, page, **fields) == "303 /admin/password"
    assert (
        "Megváltozott a jelszavad. Minden más gépen és telefonon kiléptél (1" in anna.get(page).text
    )
    assert other.get("/admin/movies").status_code == 302


def test_one_session_of_the_list_can_be_ended(app: Flask, anna: FlaskClient) -> None:
    other = app.test_client()
    form = {
        "email": EMAIL,
        "password": PASSWORD,
        "csrf_token": token(other.get("/admin/login").text),
    }
    agent = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Firefox/130.0"}
    other.post("/admin/login", data=form, headers=agent)
    page = anna.get("/admin/password").text
    assert "Firefox, Android" in page
    (listed,) = re.findall(r'name="id" value="([0-9a-f]+)"', page)
    answer(anna, "/admin/password/sessions/end", "/admin/password", id=listed)
    assert other.get("/admin/movies").status_code == 302
    assert anna.get("/admin/movies").status_code == 200


@pytest.mark.parametrize(
    ("password", "common"),
    [
        *(("Password1!", True), ("12345678", True), ("0987654321", True), ("qwertz2024", True)),
        *(("aaaaaaaa", True), ("ababababab", True), ("jelszo123", True), ("JELSZÓ és só", False)),
        *((PASSWORD, False), ("1234 horses 5678", False), ("long enough", False)),
    ],
)
def test_what_guessers_try_first_is_common(password: str, common: bool) -> None:
    assert is_common(password) == common
