"""Answers in the server's loop: the same as a thread's, and only where nothing can block."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.server.capacity import THREADS
from mozi.server.hooks import HOOKS
from mozi.server.ready import ReadyAnswers
from tests.conftest import MakeApp
from tests.support.factories import make_movie
from tests.support.forks import Forks
from tests.support.serving import Server, serving, wait_until

PAGES = ["/", "/en/", "/naptar.ics", "/rss.xml", "/filmek"]


@dataclass
class Asked:
    """A request as gunicorn has parsed it."""

    path: str = "/"
    method: str = "GET"
    query: str = ""
    version: tuple[int, int] = (1, 1)
    scheme: str = "http"
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> list[tuple[str, str]]:
        return list({"HOST": "localhost", **self.fields}.items())

    def should_close(self) -> bool:
        return False


def find(app: Flask, asked: Asked) -> tuple[str, dict[str, str], bytes] | None:
    answer = ReadyAnswers(app.extensions[HOOKS].ready_layers).find(asked, ("127.0.0.1", 5))
    if answer is None:
        return None
    head, _, body = b"".join(answer).partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    return status.removeprefix("HTTP/1.1 "), fields, body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_an_answer_is_that_of_a_thread(client: FlaskClient, method: str, coding: str) -> None:
    make_movie()
    client.get("/")
    behind = client.open("/", method=method, headers={"Accept-Encoding": coding})
    ready = find(client.application, Asked(method=method, fields={"ACCEPT-ENCODING": coding}))
    assert ready is not None
    status, fields, body = ready
    assert (status, body) == (behind.status, behind.data)
    assert fields.pop("Server") == "gunicorn"
    assert fields.pop("Connection") == "keep-alive"
    assert fields.pop("Date").endswith(" GMT")
    assert fields == dict(behind.headers)


def test_who_has_the_page_gets_304_without_a_body(client: FlaskClient) -> None:
    etag = client.get("/").headers["ETag"]
    ready = find(client.application, Asked(fields={"IF-NONE-MATCH": etag}))
    assert ready is not None
    assert (ready[0], ready[2]) == ("304 Not Modified", b"")


@pytest.mark.parametrize("query", ["utm_source=x&fbclid=y", "gclid=z", "utm_id"])
def test_tracking_in_the_address_needs_no_thread(client: FlaskClient, query: str) -> None:
    client.get("/")
    assert find(client.application, Asked(query=query)) is not None


@pytest.mark.parametrize(
    "asked",
    [
        Asked(method="POST"),
        Asked(version=(1, 0)),
        Asked(path="/%66ilmek"),
        Asked(query="unknown=x"),
        Asked(path="/admin/"),
        Asked(fields={"COOKIE": "a=b; session=forged"}),
        Asked(fields={"CONTENT-LENGTH": "3"}),
        Asked(fields={"EXPECT": "100-continue"}),
        Asked(fields={"HOST": "elsewhere.example"}),
    ],
    ids=str,
)
def test_what_may_need_more_goes_to_a_thread(client: FlaskClient, asked: Asked) -> None:
    for path in ("/", "/filmek"):
        client.get(path)
    assert find(client.application, asked) is None


def test_the_proxys_word_counts_as_behind_it(make_app: MakeApp) -> None:
    app = make_app(TRUSTED_PROXY_HOPS="1")
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    app.test_client().get("/", headers=forwarded)
    ready = find(app, Asked(fields={name.upper(): value for name, value in forwarded.items()}))
    assert ready is not None
    assert "Strict-Transport-Security" in ready[1]


def test_pages_count_towards_the_requests_after_which_a_worker_is_replaced(
    start: Forks, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path)
    options = ("--workers", "1", "--max-requests", "20")
    with serving(*options, folder=tmp_path, app="wsgi:app", start=start) as server:
        for _ in range(20):
            server.ask("/")
        server.ask("/healthz")
        wait_until(lambda: "Autorestarting worker" in (tmp_path / "log").read_text())


@pytest.fixture(scope="module")
def frozen(
    start: Forks, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Give a server of one worker, each of whose threads hangs; the pages were asked for before."""
    folder = tmp_path_factory.mktemp("frozen")
    shutil.copy(sqlite_template, folder)
    bound = {"PAGE_CACHE_COALESCE_SECONDS": "600"}  # pages are promised to be no older
    app = "tests.support.freezing:app"
    with serving("--workers", "1", folder=folder, app=app, start=start, **bound) as server:
        assert [server.ask(path)[0] for path in PAGES] == [200] * len(PAGES)
        assert server.ask(style_sheet(server))[0] == 200
        with ThreadPoolExecutor(THREADS) as pool:
            hanging = [pool.submit(server.ask, "/freeze") for _ in range(THREADS)]
            until_all_hang(server)
            yield server
            (folder / "thaw").touch()
        assert [each.result() for each in hanging] == [(200, b"thawed")] * THREADS


def style_sheet(server: Server) -> str:
    found = re.search(rb"/static/style[^\"]+", server.ask("/")[1])
    assert found is not None
    return found[0].decode()


def until_all_hang(server: Server) -> None:
    """Wait until no thread is free."""

    def hangs() -> bool:
        try:
            with server.connect() as connection:
                connection.settimeout(0.2)
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                connection.recv(1)
        except TimeoutError:
            return True
        return False

    wait_until(hangs)


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_answered_while_every_thread_hangs(frozen: Server, path: str) -> None:
    assert frozen.ask(path)[0] == 200


def test_a_file_that_was_sent_before_is_sent_while_every_thread_hangs(frozen: Server) -> None:
    assert frozen.ask(style_sheet(frozen))[0] == 200
