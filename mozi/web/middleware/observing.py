"""The outermost WSGI layer: a request's id, its line in the log, its seconds, its queue time.

It asks nothing of Flask, since it is around the page cache too: the layer or route that answers
leaves its name in environ. The metrics' children are looked up once, so that a cached page takes
only some microseconds more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from flask import Flask, request
from prometheus_client import Histogram

from mozi import clock, metrics
from mozi.logs import new_request_id, request_id
from mozi.logs.request_lines import RequestLine, RequestLines
from mozi.server.answers import Environ, StartResponse, WSGIApp
from mozi.server.parking import PARKED

ENDPOINT = "mozi.endpoint"
"""The key of environ for the name of what answered: "index", "poster", …"""

BEGUN = "mozi.begun"  # for a parked request, for which the app is called twice
VALID_ID = re.compile(r"[\w.+/=:@-]{1,200}", re.ASCII)  # Heroku's: 20 to 200 of letters, digits, -
LONGEST_QUEUE_S = 3600.0  # a longer time is no router's, but a header that a client made up


def leave_endpoint_names(app: Flask) -> None:
    """Have Flask leave the name of the endpoint that answers, for Observed."""
    app.before_request(_leave_endpoint)


def _leave_endpoint() -> None:
    request.environ[ENDPOINT] = (request.endpoint or "none").rpartition(".")[2]


class Observed:
    """Counts and times each request, and has its line written: without query and IP address."""

    def __init__(self, app: WSGIApp, lines: RequestLines, *, behind_proxy: bool) -> None:
        self.app = app
        self.lines = lines
        self.behind_proxy = behind_proxy

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began, queued_s, id_ = environ.get(BEGUN) or self._start(environ)
        token = request_id.set(id_)
        status = "500"  # of an app that raises

        def start_observed(line: str, headers: Any, *error: Any) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, *error)

        try:
            return self.app(environ, start_observed)
        finally:
            if PARKED not in environ:  # else the app is called again
                self._record(environ, status, time.perf_counter() - began, queued_s)
            request_id.reset(token)

    def _start(self, environ: Environ) -> tuple[float, float | None, str]:
        """Return when the request came (perf_counter), its seconds in the queue, and its id."""
        header = environ.get("HTTP_X_REQUEST_START") if self.behind_proxy else None
        begun = environ[BEGUN] = (time.perf_counter(), queue_seconds(header), id_of(environ))
        return begun

    def _record(
        self, environ: Mapping[str, Any], status: str, seconds: float, queued_s: float | None
    ) -> None:
        endpoint = environ.get(ENDPOINT, "static")  # static files are answered in front of Flask
        metrics.record_soon(_timer(endpoint, status).observe, seconds)
        if queued_s is not None:
            metrics.record_soon(metrics.REQUEST_QUEUE_SECONDS.observe, queued_s)
        if self.lines.enabled:
            path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
            about = (request_id.get(), environ["REQUEST_METHOD"], path)
            moment = clock.timestamp()
            self.lines.add(RequestLine(moment, *about, status, seconds, endpoint, queued_s))


def id_of(environ: Mapping[str, Any]) -> str:
    """Return the router's id of this request where it is well-formed, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if VALID_ID.fullmatch(given) else new_request_id()


def queue_seconds(header: str | None) -> float | None:
    """Return how long the request waited between the router and here; None where it is unknown.

    header: X-Request-Start, the time since the epoch: Heroku's milliseconds, nginx' `t=` and
    seconds, or Apache's `t=` and microseconds; its size tells which. Two machines' clocks differ,
    so a negative wait counts as 0.
    """
    if header is None:
        return None
    try:
        moment = float(header.strip().removeprefix("t="))
    except ValueError:
        return None
    for least, unit in ((1e15, 1e6), (1e12, 1e3)):
        if moment >= least:
            moment /= unit
            break
    waited = clock.now().timestamp() - moment
    return max(0.0, waited) if abs(waited) <= LONGEST_QUEUE_S else None


@lru_cache(maxsize=512)
def _timer(endpoint: str, status: str) -> Histogram:
    return metrics.HTTP_REQUEST_SECONDS.labels(endpoint, status)
