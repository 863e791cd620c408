from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.accounts.admins import ensure_admin
from mozi.web.admin.sign_in.throttling import address
from tests.conftest import Clock, MakeApp, on_both_backends
from tests.support.logs import Said
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in, token


@pytest.fixture
def _admin(app: Flask) -> None:
    ensure_admin(EMAIL, PASSWORD)


@pytest.mark.usefixtures("_admin")
def test_whoever_is_not_signed_in_is_sent_to_the_form_and_back(client: FlaskClient) -> None:
    answer = client.get("/admin/movies?q=a")
    assert answer.status_code == 302
    assert answer.location == "/admin/login?next=/admin/movies?q%3Da"
    form = client.get(answer.location).get_data(as_text=True)
    given = {"email": EMAIL, "password": PASSWORD, "csrf_token": token(form)}
    back = client.post(answer.location, data=given)
    assert (back.status_code, back.location) == (303, "/admin/movies?q=a")


@pytest.mark.parametrize(
    "elsewhere",
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
def test_nobody_is_sent_elsewhere_after_signing_in(client: FlaskClient, elsewhere: str) -> None:
    form = client.get("/admin/login").get_data(as_text=True)
    given = {"email": EMAIL, "password": PASSWORD, "csrf_token": token(form)}
    answer = client.post("/admin/login", data=given, query_string={"next": elsewhere})
    assert answer.location == "/admin/movies"


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


@pytest.mark.usefixtures("_admin")
def test_others_who_guess_lock_nobody_out(app: Flask, clock: Clock) -> None:
    for number in range(40):
        assert _from(app, f"192.0.2.{number}", password="wrong") == 401
    assert _from(app, "198.51.100.1") == 303


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
@pytest.mark.usefixtures("_admin")
def test_an_account_that_many_guess_at_gets_three_tries_an_hour_of_each(
    app: Flask, clock: Clock, email: str
) -> None:
    for number in range(10):
        assert _from(app, f"192.0.2.{number}", email, "wrong") == 401
    guesses = [_from(app, "198.51.100.1", email, "wrong") for _ in range(4)]
    assert guesses == [401, 401, 401, 429]
    assert _from(app, "198.51.100.1", email) == 429  # not even the right one
    assert _from(app, "198.51.100.2") == 303
    clock.tick(3601)
    assert _from(app, "198.51.100.1", email, "wrong") == 401


@pytest.mark.usefixtures("_admin")
def test_one_address_has_ten_tries_at_an_account(app: Flask, clock: Clock) -> None:
    assert [_from(app, "192.0.2.1", password="wrong") for _ in range(11)] == [401] * 10 + [429]
    assert _from(app, "192.0.2.1") == 429
    assert _from(app, "192.0.2.2") == 303
    clock.tick(301)
    assert _from(app, "192.0.2.1") == 303


@pytest.mark.usefixtures("_admin")
def test_signing_in_gives_the_guesses_of_others_no_new_tries(app: Flask, clock: Clock) -> None:
    for number in range(10):
        _from(app, f"192.0.2.{number}", password="wrong")
    assert [_from(app, "198.51.100.1", password="wrong") for _ in range(4)][-1] == 429
    assert _from(app, "203.0.113.1") == 303
    assert _from(app, "198.51.100.1", password="wrong") == 429


@pytest.mark.usefixtures("_admin")
def test_a_refused_guess_costs_no_check_of_a_password(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        _from(app, "192.0.2.1", password="wrong")
    monkeypatch.setattr("mozi.accounts.admins.matches", None)
    assert _from(app, "192.0.2.1") == 429


@pytest.mark.usefixtures("_admin")
def test_an_address_that_is_written_as_ipv6_counts_with_itself(app: Flask, clock: Clock) -> None:
    for _ in range(10):
        _from(app, "::ffff:192.0.2.1", password="wrong")
    assert _from(app, "192.0.2.1") == 429
    assert _from(app, "::ffff:192.0.2.2") == 303


@pytest.mark.usefixtures("_admin")
def test_create_admin_frees_the_account(app: Flask, clock: Clock) -> None:
    for number in range(40):
        _from(app, f"192.0.2.{number}", password="wrong")
    for _ in range(4):
        _from(app, "198.51.100.1", password="wrong")
    assert _from(app, "198.51.100.1") == 429
    create = ["create-admin", EMAIL, "--password-stdin"]
    assert app.test_cli_runner().invoke(args=create, input="a new one\n").exit_code == 0
    assert _from(app, "198.51.100.1", password="a new one") == 303


@pytest.mark.usefixtures("_admin")
def test_the_log_tells_of_sign_ins_with_account_and_network(
    app: Flask, clock: Clock, said: Said
) -> None:
    _from(app, "192.0.2.77")
    _from(app, "2001:db8:1:2::3", email="secret typed here", password="wrong")
    for _ in range(12):
        _from(app, "192.0.2.77", password="wrong")
    told = [
        (each.levelname, each.getMessage()) for each in said.records if each.name == "mozi.sign_ins"
    ]
    assert told == [
        ("INFO", f"Signed in: {EMAIL}, from 192.0.2.0/24"),
        ("WARNING", "Sign-in failed: no account of ours, from 2001:db8:1::/48"),
        *[("WARNING", f"Sign-in failed: {EMAIL}, from 192.0.2.0/24")] * 10,
        ("WARNING", f"Too many attempts, refused for 301 s: {EMAIL}, from 192.0.2.0/24"),
    ]
    assert "192.0.2.77" not in str([vars(each) for each in said.records])


@pytest.mark.usefixtures("_admin")
def test_too_many_attempts_from_one_address_are_stopped(app: Flask, clock: Clock) -> None:
    for number in range(15):
        assert _from(app, "192.0.2.1", email=f"a{number}@example.org") == 401
    assert _from(app, "192.0.2.1") == 429
    assert _from(app, "192.0.2.2") == 303


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
        assert _from((app, other)[number % 2], "192.0.2.9", password="wrong") == 401
    assert _from(other, "192.0.2.9", password="wrong") == 429


def test_redis_counts_where_there_is_one(make_app: MakeApp, redis_url: str) -> None:
    app = make_app(REDIS_URL=redis_url)
    with app.app_context():
        statuses = [_from(app, "192.0.2.77", email="x@example.org") for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def _from(app: Flask, address: str, email: str = EMAIL, password: str = PASSWORD) -> int:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return sign_in(client, email, password)


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
    assert (answer.status_code, answer.location) == (303, "/admin/login")
    for each in (anna, thief, other):
        assert each.get("/admin/movies").status_code == 302


def test_a_session_ends_on_the_server_after_fourteen_days(clock: Clock, anna: FlaskClient) -> None:
    clock.tick(timedelta(days=14).total_seconds() - 60)
    assert anna.get("/admin/movies").status_code == 200
    clock.tick(120)
    assert anna.get("/admin/movies").status_code == 302


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
