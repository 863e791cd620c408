"""How often a network may ask for what costs a query, and what it is told beyond that."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import create_environ

from mozi import clock
from mozi.extensions import db
from mozi.server.hooks import HOOKS
from tests.conftest import MakeApp
from tests.support.factories import make_movie

BURST = 100  # in ten seconds
OURS, NEIGHBOURS, OTHERS = "192.0.2.1", "192.0.2.200", "198.51.100.1"


def ask(client: FlaskClient, path: str, address: str = OURS) -> int:
    return client.get(path, environ_overrides={"REMOTE_ADDR": address}).status_code


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no second pass while a test counts; return the time, to be changed."""
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(now[0], UTC))
    return now


@pytest.mark.parametrize(
    "path", ["/kereses?q=oz", "/en/kereses?q=oz", "/api/v1/premieres?from=2026-01-01"]
)
def test_a_network_searches_so_often_and_others_go_on(client: FlaskClient, path: str) -> None:
    assert {ask(client, path) for _ in range(BURST)} == {200}
    assert ask(client, path, NEIGHBOURS) == 429
    assert ask(client, path, OTHERS) == 200


def test_the_refused_are_told_when_to_come_again(client: FlaskClient, now: list[float]) -> None:
    for _ in range(BURST):
        ask(client, "/kereses?q=oz")
    answer = client.get("/kereses?q=oz", environ_overrides={"REMOTE_ADDR": OURS})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 11
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Lassabban" in answer.text
    now[0] += 11
    assert ask(client, "/kereses?q=oz") == 200


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/kereses?q=oz", "/en/kereses?q=szerelem"),
        ("/en/kereses?q=oz", "/en/kereses?q=szerelem"),
        ("/api/v1/premieres?from=2026-01-01", "/api/v1/movies?ids=1"),
        ("/film/999999-x", "/poster/9-x.thumb.jpg"),
        ("/nincs/ilyen", "/szemely/senki"),
    ],
)
def test_the_server_refuses_a_network_itself_until_its_time_is_over(
    app: Flask, now: list[float], path: str, other: str
) -> None:
    hooks, client = app.extensions[HOOKS], app.test_client()

    def refused(path: str, address: str = OURS) -> dict[str, str]:
        said: dict[str, str] = {}
        start = lambda status, headers: said.update(headers, status=status)  # noqa: E731
        environ = create_environ(path, environ_overrides={"REMOTE_ADDR": address})
        said["body"] = b"".join(hooks.ready_layers(environ, start)).decode()
        return said

    for _ in range(BURST):
        ask(client, path)
    ask(client, "/")
    assert refused(path) == {"body": ""}
    assert ask(client, other) == 429  # Flask's: it may be in another language
    first = client.get(path, environ_overrides={"REMOTE_ADDR": OURS})
    assert first.status_code == 429
    assert "q=" not in first.text  # others are told the same
    itself = refused(path, NEIGHBOURS)
    assert (itself["status"], itself["body"]) == ("429 Too Many Requests", first.text)
    assert itself["Cache-Control"] == "no-store"
    assert 1 <= int(refused(other)["Retry-After"]) <= 11
    for free in ("/kereses", "/admin/login", "/static/x.css", "/", "/naptar.ics"):
        assert refused(free).get("status") in {None, "200 OK"}
    assert refused(path, OTHERS) == {"body": ""}
    now[0] += 11
    assert refused(path) == {"body": ""}


@pytest.mark.parametrize(
    "path",
    [
        *("/poster/999999-x.thumb.jpg", "/film/999999-x", "/nincs/ilyen"),
        *("/szemely/nincs", "/premierek/9999", "/?genre=nincs"),
    ],
)
def test_a_network_that_makes_up_addresses_is_refused(app: Flask, path: str) -> None:
    client = app.test_client()
    make_movie()
    (known,) = set(re.findall(r"/film/\d+-[a-z0-9-]+", client.get("/filmek").text))
    assert {ask(client, known) for _ in range(BURST + 1)} == {200}
    assert {ask(client, path) for _ in range(BURST)} == {404}
    assert ask(client, path) == 429
    assert ask(client, path, OTHERS) == 404
    assert ask(client, known) == 200  # in memory


def test_cached_pages_have_no_limit(client: FlaskClient) -> None:
    for path in ("/", "/filmek", "/naptar.ics", "/kereses", "/api/v1/premieres"):
        assert {ask(client, path) for _ in range(120)} == {200}


def test_a_trusted_proxy_tells_the_network(make_app: MakeApp) -> None:
    client = make_app(TRUSTED_PROXY_HOPS="1").test_client()

    def search(forwarded: str) -> int:
        return client.get("/kereses?q=oz", headers={"X-Forwarded-For": forwarded}).status_code

    assert {search(f"203.0.113.9, {OURS}") for _ in range(BURST)} == {200}
    assert search(f"203.0.113.10, {NEIGHBOURS}") == 429
    assert search(f"{OURS}, {OTHERS}") == 200


@pytest.mark.parametrize("address", ["2001:db8:1:2::1", "::ffff:192.0.2.7"])
def test_an_ipv6_network_is_one(client: FlaskClient, address: str) -> None:
    other = "2001:db8:1:ff::1" if address.startswith("2001") else OURS
    for _ in range(BURST):
        ask(client, "/kereses?q=oz", address)
    assert ask(client, "/kereses?q=oz", other) == 429


def test_with_redis_all_machines_count_together(make_app: MakeApp, redis_url: str) -> None:
    clients = [make_app(REDIS_URL=redis_url).test_client() for _ in range(2)]
    asked = [
        ask(clients[number % 2], "/kereses?q=oz", "203.0.113.77") for number in range(BURST + 2)
    ]
    assert asked.count(429) == 2


def test_without_redis_searches_write_nothing(client: FlaskClient) -> None:
    said: list[str] = []
    client.get("/kereses?q=oz")
    event.listen(db.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    client.get("/kereses?q=oz")
    assert not [each for each in said if each.lstrip().upper().startswith(("INSERT", "UPDATE"))]
