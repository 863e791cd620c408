"""gunicorn still has each internal that the worker uses; a release that drops one fails by name."""

from __future__ import annotations

import inspect
import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser, wsgi
from gunicorn.sock import create_sockets
from gunicorn.util import close_graceful
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from mozi.server import ready
from mozi.server import worker as ours

SOURCES = inspect.getsource(ours) + inspect.getsource(ready)

OVERRIDDEN = {
    "patch": ["self"],
    "load_wsgi": ["self"],
    "timeout_ctx": ["self"],
    "notify": ["self"],
    "handle_request": ["self", "listener_name", "req", "sock", "addr"],
}
OF_THE_WORKER = ("alive", "cfg", "nr", "sockets")
OF_THE_SETTINGS = ("keepalive", "threads")
OF_A_REQUEST = (
    "_expected_100_continue", "body", "force_close", "headers", "method", "path", "query",
    "scheme", "should_close", "version",
)  # fmt: skip
IN_THE_ENVIRON = ("gunicorn.socket", "wsgi.early_hints")


@pytest.fixture
def request_() -> Iterator[Any]:
    """A request as gunicorn's parser hands it to a worker."""
    server, client = socket.socketpair()
    with closing(server), closing(client):
        client.sendall(b"GET /film/1?x=2 HTTP/1.1\r\nHost: mozi.example\r\n\r\n")
        yield next(get_parser(Config(), server, ("127.0.0.1", 1)))


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_what_the_worker_overrides(name: str) -> None:
    assert list(inspect.signature(getattr(GeventWorker, name)).parameters) == OVERRIDDEN[name]
    assert name in vars(ours.Worker)


@pytest.mark.parametrize("name", ["handle_request", "timeout_ctx"])
def test_what_a_connection_calls(name: str) -> None:
    assert f"self.{name}(" in inspect.getsource(AsyncWorker.handle)


@pytest.mark.parametrize("name", ["notify", "load_wsgi", "patch"])
def test_what_a_process_calls(name: str) -> None:
    sources = "".join(inspect.getsource(base) for base in GeventWorker.__mro__[:-1])
    assert f"self.{name}()" in sources


def test_what_a_worker_has() -> None:
    worker = GeventWorker(1, os.getpid(), [], None, 30, Config(), None)
    worker.tmp.close()
    assert [name for name in OF_THE_WORKER if not hasattr(worker, name)] == []
    assert [name for name in OF_THE_SETTINGS if not hasattr(worker.cfg, name)] == []
    assert "self.wsgi = " in inspect.getsource(GeventWorker.load_wsgi)


@pytest.mark.parametrize("name", OF_A_REQUEST)
def test_what_a_request_has(request_: Any, name: str) -> None:
    assert hasattr(request_, name)


def test_what_stands_in_a_request(request_: Any) -> None:
    assert (request_.path, request_.query, request_.version) == ("/film/1", "x=2", (1, 1))
    assert dict(request_.headers) == {"HOST": "mozi.example"}
    assert request_.should_close() is False
    request_.force_close()
    assert request_.should_close() is True


def test_the_lists_above_are_whole() -> None:
    used = set(re.findall(r"\breq(?:uest)?\.(\w+)", SOURCES))
    assert used == set(OF_A_REQUEST)
    assert set(re.findall(r"\bself\.cfg\.(\w+)", SOURCES)) == set(OF_THE_SETTINGS)
    assert set(re.findall(r"\bsuper\(\)\.(\w+)", inspect.getsource(ours.Worker))) <= set(OVERRIDDEN)


def test_what_a_listening_socket_has() -> None:
    conf = Config()
    conf.set("bind", "127.0.0.1:0")
    (listening,) = create_sockets(conf, logging.getLogger())
    with closing(listening.sock):
        assert (listening.FAMILY, listening.sock.type) == (socket.AF_INET, socket.SOCK_STREAM)


@pytest.mark.parametrize("name", IN_THE_ENVIRON)
def test_what_is_taken_out_of_the_environ(name: str) -> None:
    assert re.search(rf"""["']{name}["']""", inspect.getsource(wsgi))
    assert name in ours.NOT_FOR_THREADS


def test_how_a_refused_client_is_let_go() -> None:
    assert {"timeout", "max_drain"} <= set(inspect.signature(close_graceful).parameters)
