"""A small WSGI app for the tests of the server itself: gunicorn tests.support.bare:app."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from mozi.server.parking import MAY_PARK, PARKED, WAITED_FOR, Parked


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    action, _, argument = environ["PATH_INFO"].strip("/").partition("/")
    return ACTIONS[action](environ, start_response, argument)


def page(environ: dict[str, Any], start_response: Any, argument: str) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"page"]


def sleep(environ: dict[str, Any], start_response: Any, seconds: str) -> Iterable[bytes]:
    time.sleep(float(seconds))
    return page(environ, start_response, "")


def hold(environ: dict[str, Any], start_response: Any, argument: str) -> Iterable[bytes]:
    """Make the file "held" in DATA_DIR, and answer once the test has made "over" there."""
    folder = Path(os.environ["DATA_DIR"])
    (folder / "held").touch()
    while not (folder / "over").exists():
        time.sleep(0.02)
    return page(environ, start_response, "")


def echo(environ: dict[str, Any], start_response: Any, argument: str) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def unread(environ: dict[str, Any], start_response: Any, argument: str) -> Iterable[bytes]:
    return page(environ, start_response, "")


def empty(environ: dict[str, Any], start_response: Any, status: str) -> Iterable[bytes]:
    start_response(f"{status} Nothing", [])
    return []


def stream(environ: dict[str, Any], start_response: Any, argument: str) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    thread = threading.current_thread().name
    return (f"{thread == threading.current_thread().name}\n".encode() for _ in range(3))


def host(environ: dict[str, Any], start_response: Any, argument: str) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SERVER_PROTOCOL']} {environ.get('HTTP_HOST')}".encode()]


def fail(environ: dict[str, Any], start_response: Any, argument: str) -> Iterable[bytes]:
    raise RuntimeError("the app fails")


def park(environ: dict[str, Any], start_response: Any, seconds: str) -> Iterable[bytes]:
    if environ.get(WAITED_FOR):
        return page(environ, start_response, "")
    done: Future[None] = Future()
    if seconds:
        threading.Timer(float(seconds), done.set_result, [None]).start()
    environ[PARKED], environ[WAITED_FOR] = Parked(done, most_s=1), environ[MAY_PARK]
    return empty(environ, start_response, "503")


def large(environ: dict[str, Any], start_response: Any, mib: str) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [bytes(int(mib) * 1024 * 1024)]


def scheme(environ: dict[str, Any], start_response: Any, argument: str) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['wsgi.url_scheme']} {environ['REMOTE_ADDR']}".encode()]


ACTIONS = {
    "": page,
    "sleep": sleep,
    "hold": hold,
    "echo": echo,
    "unread": unread,
    "empty": empty,
    "stream": stream,
    "host": host,
    "fail": fail,
    "large": large,
    "park": park,
    "scheme": scheme,
}
