"""The log's one line a request, written apart from the request.

A request only appends a tuple; a thread turns what has gathered into lines and writes them in
one go, ten times a second. Logging each at once cost a page out of the cache a quarter of its
speed (4,350 instead of 5,700 a second, one worker), half of it for handing the interpreter to
another thread around the write. It also keeps a drain that blocks from stopping pages. The
price: a worker that is killed (SIGKILL) takes its last tenth of a second of lines with it.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import NamedTuple, TextIO
from urllib.parse import quote

from mozi.settings import Settings

EVERY_S = 0.1
MOST_WAITING = 20_000  # some 10 MB; beyond that the oldest are dropped

LEVEL, LOGGER = "INFO", "mozi.requests"


class RequestLine(NamedTuple):
    """What is known of a request. moment: its end, seconds since the epoch; path: WSGI's own."""

    moment: float
    request_id: str
    method: str
    path: str
    status: str
    seconds: float
    endpoint: str
    queued_s: float | None


class RequestLines:
    """Gathers the lines of one process and writes them. Thread-safe; its thread starts when needed.

    stream: where to, standard error. Nothing is gathered where INFO is not logged.
    """

    def __init__(self, settings: Settings, stream: TextIO | None = None) -> None:
        self.enabled = logging.getLevelNamesMapping()[settings.log_level] <= logging.INFO
        self._render = as_json if settings.log_format == "json" else as_text
        self._stream = stream or sys.stderr
        self._waiting: deque[RequestLine] = deque(maxlen=MOST_WAITING)
        self._writer_of = 0
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        atexit.register(self.write)

    def add(self, line: RequestLine) -> None:
        """Have the line written within EVERY_S."""
        self._waiting.append(line)
        if self._writer_of != os.getpid():
            self._start()

    def write(self) -> None:
        """Write what waits; a stream that is closed or broken loses it."""
        with self._writing:
            lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
            with suppress(OSError, ValueError):
                self._stream.write("".join(map(self._render, lines)))
                self._stream.flush()

    def _start(self) -> None:
        """Begin to write in this process; a fork has the lines that waited, but no thread."""
        with self._starting:
            if self._writer_of == os.getpid():
                return
            self._writer_of = os.getpid()
        threading.Thread(target=self._write_on, name="request-lines", daemon=True).start()

    def _write_on(self) -> None:
        """Write until nothing comes any more; whoever adds a line later begins anew."""
        while self._waiting:
            time.sleep(EVERY_S)
            self.write()
        self._writer_of = 0
        if self._waiting:  # added before that could be seen
            self._start()


def as_text(line: RequestLine) -> str:
    """Return the line for a person."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(line.moment))
    said = f"{line.method} {path_of(line)} {line.status} {1000 * line.seconds:.1f} ms"
    ms = f"{1000 * line.moment % 1000:03.0f}"
    return f"{moment},{ms} {LEVEL} {LOGGER} [{line.request_id}]: {said}\n"


def as_json(line: RequestLine) -> str:
    """Return the line as one JSON object, by the names that JsonFormatter has."""
    path, ms = path_of(line), round(1000 * line.seconds, 2)
    fields = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(line.moment)),
        "level": LEVEL,
        "logger": LOGGER,
        "request_id": line.request_id,
        "message": f"{line.method} {path} {line.status} {ms} ms",
        "method": line.method,
        "path": path,
        "status": int(line.status),
        "ms": ms,
        "endpoint": line.endpoint,
    }
    if line.queued_s is not None:
        fields["queue_ms"] = round(1000 * line.queued_s, 1)
    return f"{json.dumps(fields)}\n"


def path_of(line: RequestLine) -> str:
    """Return the path in printable ASCII, so that no address can forge a line of the log."""
    return quote(line.path, safe="/:@!$&'()*+,;=-._~", encoding="latin-1")
