"""Answers from the server's loop, without a thread: pages and files in memory.

The way of a request into a thread and back costs some 40 µs, and in the thread pool it waits for
whatever the threads do. So the server first calls the WSGI layers that never block; a request
that they cannot answer goes to a thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from mozi import clock
from mozi.server.answers import Environ, StartResponse, WSGIApp
from mozi.server.parking import PARKED

METHODS = frozenset({"GET", "HEAD"})
BODY_FIELDS = frozenset({"CONTENT-LENGTH", "TRANSFER-ENCODING", "EXPECT"})

Head = tuple[str, tuple[tuple[str, str], ...]]


def not_ready(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer nothing, in Flask's place: the request is not over, a thread will answer it."""
    environ[PARKED] = None
    return ()


class ReadyAnswers:
    """Finds answers that need no thread. For one thread, the server's loop.

    layers: the WSGI layers that never block, around not_ready.
    """

    def __init__(self, layers: WSGIApp) -> None:
        self.layers = layers

    def find(self, request: Any, address: Any) -> tuple[bytes, ...] | None:
        """Return the answer to gunicorn's request, None where a thread has to answer.

        Its head and its body are apart: to join a page of 60 KB takes as long as all the layers.
        """
        environ = _environ(request, address)
        if environ is None:
            return None
        heads: list[Head] = []

        def start_response(status: str, headers: Any, error: Any = None) -> None:
            heads.append((status, tuple(headers)))

        body = self.layers(environ, start_response)
        if not heads:
            return None
        connection = "close" if request.should_close() else "keep-alive"
        return _head(*heads[0], connection, int(clock.timestamp())), *body


def _environ(request: Any, address: Any) -> Environ | None:
    """Return the part of environ that the layers read (PEP 3333), None for an unusual request.

    gunicorn's own environ costs three times as much, most of it for values that only Flask reads.
    """
    if request.method not in METHODS or request.version != (1, 1) or "%" in request.path:
        return None
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "REMOTE_ADDR": address[0] if isinstance(address, tuple) else "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": request.scheme,
    }
    for name, value in request.headers:
        if name in BODY_FIELDS:
            return None
        key = f"HTTP_{name.replace('-', '_')}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


@lru_cache(maxsize=512)
def _head(status: str, headers: tuple[tuple[str, str], ...], connection: str, second: int) -> bytes:
    """Return the bytes in front of the body; second: now, since the epoch."""
    fields = (
        ("Server", "gunicorn"),
        ("Date", formatdate(second, usegmt=True)),
        ("Connection", connection),
        *headers,
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1")
