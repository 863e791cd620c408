"""How many sign-ins an address and an account may try."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.web.clients import address
from tests.conftest import Clock, MakeApp
from tests.support.logs import Said
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in, token
from tests.web.admin.sign_in.conftest import sign_in_from


@pytest.mark.usefixtures("_admin")
def test_guesses_of_others_do_not_lock_an_admin_out(app: Flask, clock: Clock) -> None:
    for number in range(40):
        assert sign_in_from(app, f"192.0.2.{number}", password="wrong") == 401
    assert sign_in_from(app, "198.51.100.1") == 303


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
@pytest.mark.usefixtures("_admin")
def test_an_account_that_many_guess_at_gets_three_tries_an_hour_of_each(
    app: Flask, clock: Clock, email: str
) -> None:
    for number in range(10):
        assert sign_in_from(app, f"192.0.2.{number}", email, "wrong") == 401
    guesses = [sign_in_from(app, "198.51.100.1", email, "wrong") for _ in range(4)]
    assert guesses == [401, 401, 401, 429]
    assert sign_in_from(app, "198.51.100.1", email) == 429  # not even the right one
    assert sign_in_from(app, "198.51.100.2") == 303
    clock.tick(3601)
    assert sign_in_from(app, "198.51.100.1", email, "wrong") == 401


@pytest.mark.usefixtures("_admin")
def test_one_address_has_ten_tries_at_an_account(app: Flask, clock: Clock) -> None:
    assert [sign_in_from(app, "192.0.2.1", password="wrong") for _ in range(11)] == [401] * 10 + [
        429
    ]
    assert sign_in_from(app, "192.0.2.1") == 429
    assert sign_in_from(app, "192.0.2.2") == 303
    clock.tick(301)
    assert sign_in_from(app, "192.0.2.1") == 303


@pytest.mark.usefixtures("_admin")
def test_signing_in_gives_the_guesses_of_others_no_new_tries(app: Flask, clock: Clock) -> None:
    for number in range(10):
        sign_in_from(app, f"192.0.2.{number}", password="wrong")
    assert [sign_in_from(app, "198.51.100.1", password="wrong") for _ in range(4)][-1] == 429
    assert sign_in_from(app, "203.0.113.1") == 303
    assert sign_in_from(app, "198.51.100.1", password="wrong") == 429


@pytest.mark.usefixtures("_admin")
def test_a_refused_guess_costs_no_check_of_a_password(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        sign_in_from(app, "192.0.2.1", password="wrong")
    monkeypatch.setattr("mozi.accounts.admins.matches", None)
    assert sign_in_from(app, "192.0.2.1") == 429


@pytest.mark.usefixtures("_admin")
def test_an_address_that_is_written_as_ipv6_counts_with_itself(app: Flask, clock: Clock) -> None:
    for _ in range(10):
        sign_in_from(app, "::ffff:192.0.2.1", password="wrong")
    assert sign_in_from(app, "192.0.2.1") == 429
    assert sign_in_from(app, "::ffff:192.0.2.2") == 303


@pytest.mark.usefixtures("_admin")
def test_create_admin_frees_the_account(app: Flask, clock: Clock) -> None:
    for number in range(40):
        sign_in_from(app, f"192.0.2.{number}", password="wrong")
    for _ in range(4):
        sign_in_from(app, "198.51.100.1", password="wrong")
    assert sign_in_from(app, "198.51.100.1") == 429
    create = ["create-admin", EMAIL, "--password-stdin"]
    assert app.test_cli_runner().invoke(args=create, input="a new one\n").exit_code == 0
    assert sign_in_from(app, "198.51.100.1", password="a new one") == 303


@pytest.mark.usefixtures("_admin")
def test_too_many_attempts_from_one_address_are_stopped(app: Flask, clock: Clock) -> None:
    for number in range(15):
        assert sign_in_from(app, "192.0.2.1", email=f"a{number}@example.org") == 401
    assert sign_in_from(app, "192.0.2.1") == 429
    assert sign_in_from(app, "192.0.2.2") == 303


@pytest.mark.parametrize(
    ("told", "counts_as"),
    [
        ("192.0.2.1:5678", "192.0.2.1"),
        ("[2001:db8::7]:5678", "2001:db8::/64"),
        ("2001:db8::7", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:5678", "192.0.2.1"),
        ("unknown", "unknown"),
        ("::ffff:x", "unknown"),
    ],
)
def test_what_a_proxy_tells_of_the_visitor_is_an_address(
    app: Flask, told: str, counts_as: str
) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": told}):
        assert address() == counts_as


@pytest.mark.usefixtures("_admin")
def test_the_refusal_says_when_to_come_back(client: FlaskClient, clock: Clock) -> None:
    for _ in range(10):
        sign_in(client, password="wrong")
    given = {"email": EMAIL, "csrf_token": token(client.get("/admin/login").text)}
    answer = client.post("/admin/login", data=given)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 301
    assert EMAIL in answer.text


@pytest.mark.usefixtures("_admin")
def test_what_succeeds_does_not_count(client: FlaskClient) -> None:
    assert {sign_in(client) for _ in range(1)} == {303}
    for _ in range(20):
        client.delete_cookie("session")
        assert sign_in(client) == 303


@pytest.mark.usefixtures("_admin")
def test_workers_count_together(make_app: MakeApp, app: Flask, clock: Clock) -> None:
    other = make_app()
    for number in range(10):
        assert sign_in_from((app, other)[number % 2], "192.0.2.9", password="wrong") == 401
    assert sign_in_from(other, "192.0.2.9", password="wrong") == 429


def test_redis_counts_where_there_is_one(make_app: MakeApp, redis_url: str) -> None:
    app = make_app(REDIS_URL=redis_url)
    with app.app_context():
        statuses = [sign_in_from(app, "192.0.2.77", email="x@example.org") for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_the_present_password_is_not_to_be_guessed_either(
    app: Flask, anna: FlaskClient, said: Said
) -> None:
    given = {"current_password": "no", "new_password": "another long one"}
    given["csrf_token"] = token(anna.get("/admin/password").text)
    statuses = [anna.post("/admin/password", data=given).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    refused = anna.post("/admin/password", data={**given, "current_password": PASSWORD})
    assert refused.status_code == 429
    assert "Túl sok próbálkozás" in refused.text
    assert 'name="new_password"' in refused.text
