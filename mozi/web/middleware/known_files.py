"""Whole files that a thread has just sent: the next requests need no thread.

Static files and, under the embedded default, variants: their names hold a digest, so their bytes
never change. A page's pictures are asked for by dozens, and each costs a thread three times what
it costs the server's loop.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from mozi.server.answers import Answer, Environ, StartResponse, WSGIApp, collect
from mozi.units import MIB
from mozi.web.middleware.media import CONDITIONS
from mozi.web.middleware.observing import ENDPOINT

FOLDERS = ("/static/", "/media/")
KEPT_BYTES, LARGEST_BYTES = 8 * MIB, MIB // 4
KEPT_S = 60.0  # a deleted variant is gone from here too after a minute

Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Known:
    """endpoint: the name of what answered, None for static files. until: time.monotonic."""

    answer: Answer
    endpoint: str | None
    until: float


class KnownFiles:
    """The files of one process. Threads keep them, and the server's loop finds them."""

    def __init__(self) -> None:
        self._files: dict[Key, _Known] = {}
        self._bytes = 0
        self._lock = Lock()  # among the threads; to find takes none

    def find(self, environ: Environ) -> Answer | None:
        """Return the file that this request asks for; None where a thread has to look."""
        key = _key_of(environ)
        known = self._files.get(key) if key else None
        if known is None or known.until < time.monotonic():
            return None
        if known.endpoint:
            environ[ENDPOINT] = known.endpoint
        return known.answer

    def keep(self, environ: Environ, answer: Answer) -> None:
        """Keep the answer to this request for a while, if it is a small file's."""
        key = _key_of(environ)
        if key is None or not _never_changes(answer) or len(answer.body) > LARGEST_BYTES:
            return
        known = _Known(answer, environ.get(ENDPOINT), time.monotonic() + KEPT_S)
        with self._lock:
            self._drop(key)
            self._files[key] = known
            self._bytes += len(answer.body)
            while self._bytes > KEPT_BYTES:
                self._drop(next(iter(self._files)))

    def _drop(self, key: Key) -> None:
        dropped = self._files.pop(key, None)
        self._bytes -= len(dropped.answer.body) if dropped else 0


class KeepingFiles:
    """The WSGI layer of the threads: keeps the files that the app answers with."""

    def __init__(self, app: WSGIApp, files: KnownFiles) -> None:
        self.app = app
        self.files = files

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if _key_of(environ) is None:
            return self.app(environ, start_response)
        answer = collect(self.app, environ)
        self.files.keep(environ, answer)
        start_response(answer.status, answer.headers)
        return (answer.body,)


class AnsweringFiles:
    """The WSGI layer of the server's loop: answers with the files that are known."""

    def __init__(self, app: WSGIApp, files: KnownFiles) -> None:
        self.app = app
        self.files = files

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.files.find(environ)
        if answer is None:
            return self.app(environ, start_response)
        start_response(answer.status, answer.headers)
        return (answer.body,)


def _key_of(environ: Environ) -> Key | None:
    """Return what the answer depends on; None where this is no plain request for a file."""
    path: str = environ["PATH_INFO"]
    if not path.startswith(FOLDERS) or environ["REQUEST_METHOD"] != "GET":
        return None
    if any(name in environ for name in CONDITIONS):
        return None
    return environ["wsgi.url_scheme"], path, environ.get("HTTP_ACCEPT_ENCODING", "")


def _never_changes(answer: Answer) -> bool:
    cache_control = dict(answer.headers).get("Cache-Control", "")
    return answer.status == "200 OK" and "immutable" in cache_control
