"""The log's line for each request, written by a thread.

A request only queues its values; a thread formats the lines and writes them together, ten times a
second. Writing each at once made cached pages a quarter slower (4,350 instead of 5,700 a second,
one worker), half of that for handing the interpreter to another thread around the write. So a log
drain that blocks does not block pages either.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TextIO
from urllib.parse import quote

from mozi.logs.batches import Batches
from mozi.settings import Settings

LEVEL, LOGGER = "INFO", "mozi.requests"


class RequestLine(NamedTuple):
    """A request's values. moment: its end, in seconds since the epoch; path: as in WSGI."""

    moment: float
    request_id: str
    method: str
    path: str
    status: str
    seconds: float
    endpoint: str
    queued_s: float | None


class RequestLines:
    """Writes the request lines of an app to stream, standard error by default.

    enabled: whether INFO is logged. Lines to a closed or broken stream are lost.
    """

    def __init__(self, settings: Settings, stream: TextIO | None = None) -> None:
        self.enabled = logging.getLevelNamesMapping()[settings.log_level] <= logging.INFO
        self._render = as_json if settings.log_format == "json" else as_text
        self._stream = stream or sys.stderr

    def add(self, line: RequestLine) -> None:
        """Queue the line, which is written within a tenth of a second; never waits."""
        _batches.put((self, line))

    def write(self, lines: Iterable[RequestLine]) -> None:
        """Write these lines now."""
        with suppress(OSError, ValueError):
            self._stream.write("".join(map(self._render, lines)))
            self._stream.flush()


def _write(items: list[tuple[RequestLines, RequestLine]]) -> None:
    for lines, batch in groupby(items, key=itemgetter(0)):
        lines.write(line for _, line in batch)


_batches = Batches(_write, name="request-lines")  # one thread, however many apps there are
flush = _batches.flush


def as_text(line: RequestLine) -> str:
    """Return the line as text."""
    moment = _local_time(int(line.moment), "%Y-%m-%d %H:%M:%S")
    message = f"{line.method} {path_of(line.path)} {line.status} {1000 * line.seconds:.1f} ms"
    ms = f"{1000 * line.moment % 1000:03.0f}"
    return f"{moment},{ms} {LEVEL} {LOGGER} [{line.request_id}]: {message}\n"


def as_json(line: RequestLine) -> str:
    """Return the line as one JSON object, with the names of JsonFormatter."""
    path, ms = path_of(line.path), round(1000 * line.seconds, 2)
    fields = {
        "time": _local_time(int(line.moment), "%Y-%m-%dT%H:%M:%S%z"),
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


@lru_cache(maxsize=8)
def _local_time(second: int, form: str) -> str:
    return time.strftime(form, time.localtime(second))


@lru_cache(maxsize=1024)
def path_of(path: str) -> str:
    """Return the path in printable ASCII, so that no address can forge a log line."""
    return quote(path, safe="/:@!$&'()*+,;=-._~", encoding="latin-1")
