"""Cached pages over HTTP: CachedPages answers from memory, in front of Flask; routes do the rest.

RFC 9110 (codings, conditional requests), RFC 9211 (Cache-Status).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from flask import Response, request
from prometheus_client import Counter

from mozi import clock, metrics
from mozi.database import reading
from mozi.pagecache.cache import Page, PageCache, Served
from mozi.pagecache.entries import COMPRESS, Entry, etag_of
from mozi.server.answers import Environ, StartResponse, WSGIApp
from mozi.services import services
from mozi.settings import Settings
from mozi.web.middleware.edge import PRIVATE, sharing, without_tracking
from mozi.web.middleware.headers import (
    EMBEDDED_PAGE,
    FILM,
    FOR_OTHERS,
    IN_FRAMES,
    PAGE,
    Headers,
    SecurityHeaders,
)
from mozi.web.middleware.observing import ENDPOINT
from mozi.web.sessions import signed_in

CACHE_STATUS = {
    "hit": "mozi; hit",
    "stale": "mozi; hit; detail=stale",
    "miss": "mozi; fwd=miss; stored",
    "bypass": "mozi; fwd=bypass",
}
QUALITY = r"\d+(\.\d*)?|\.\d+"
BYPASS = (*PRIVATE, ("Cache-Status", CACHE_STATUS["bypass"]))


class CachedPages:
    """The WSGI layer that answers pages in memory; it takes no query and no render.

    Every other request goes on to Flask; so do those with a session cookie, which may be an
    admin's. save_counts: called with every request. waits: whether this is a thread, which may
    wait for a page that another one makes.
    """

    def __init__(
        self,
        app: WSGIApp,
        cache: PageCache,
        settings: Settings,
        security: SecurityHeaders,
        *,
        session_cookie: str,
        save_counts: Callable[[], None],
        waits: bool,
    ) -> None:
        self.app = app
        self.cache = cache
        self.settings = settings
        self.sharing = sharing(settings.edge_seconds)
        self.security = security
        self.session_cookie = f"{session_cookie}="
        self.save_counts = save_counts
        self.waits = waits

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.save_counts()
        served = self._find(environ)
        if served is None:
            return self.app(environ, start_response)
        environ[ENDPOINT] = served.page
        status, headers, body = answer(served, environ, self.sharing)
        start_response(status, [*headers, *self.security.of(environ, _kind_of(served))])
        return (body,) if environ["REQUEST_METHOD"] == "GET" else ()

    def _find(self, environ: Mapping[str, Any]) -> Served | None:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return None
        if self.session_cookie in environ.get("HTTP_COOKIE", ""):
            return None
        key, day = key_of(environ, self.settings), clock.today(self.settings).isoformat()
        ready = self.cache.find_ready(key, day)
        return self.cache.find_being_made(key, day) if ready is None and self.waits else ready


def _kind_of(served: Served) -> str:
    if not served.entry.content_type.startswith("text/html"):
        return FOR_OTHERS
    if served.page == EMBEDDED_PAGE:
        return IN_FRAMES
    return FILM if served.page == FILM else PAGE


def cached_response(page: Page[Any], cache: PageCache) -> Response:
    """Return Flask's answer for a page that CachedPages could not answer.

    A signed-in admin gets every page as it is now, and leaves the cache alone; any other session
    cookie changes nothing.
    """
    if signed_in() is not None:
        return _admins_response(page)
    status, headers, body = answer(cache.serve(page), request.environ, _sharing())
    return Response(body, status=status, headers=list(headers))


def _sharing() -> Headers:
    """Return who may keep the answer: where a shared cache may, none that answers a session.

    Such a cache would take a signed-out admin's answer for everybody's.
    """
    edge_seconds = services().settings.edge_seconds
    if edge_seconds and request.cookies.get("session") is not None:
        return PRIVATE
    return sharing(edge_seconds)


def uncached_response(page: Page[Any]) -> Response:
    """Return Flask's answer for a page that is rendered for this request and not kept.

    For pages with an unbounded number of addresses: a client that makes them up could push every
    other page out of the cache.
    """
    if signed_in() is not None:
        return _admins_response(page)
    body, environ = _rendered(page).encode(), request.environ
    etag = etag_of(body)
    if _matches(environ.get("HTTP_IF_NONE_MATCH"), etag):
        return Response(status=304, headers=list(_headers(etag, "bypass", sharing(0))))
    coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    response = Response(COMPRESS[coding](body), content_type=page.content_type)
    response.headers.extend((*_content_encoding(coding), *_headers(etag, "bypass", sharing(0))))
    return response


def _admins_response(page: Page[Any]) -> Response:
    return Response(_rendered(page), content_type=page.content_type, headers=list(BYPASS))


def _rendered(page: Page[Any]) -> str:
    with reading() as session:
        shown = page.load(session)
    return page.render(shown)


def key_of(environ: Mapping[str, Any], settings: Settings, query: str | None = None) -> str:
    """Return the key of the page at this address: the address itself.

    query: the arguments that the page names, in the page's order; the request's own, without
    tracking, where it is None. Without SITE_URL the host is part of the key, so that a page for
    a forged host reaches no other visitor.
    """
    asked = without_tracking(environ.get("QUERY_STRING", "")) if query is None else query
    origin = settings.site_url or f"{environ['wsgi.url_scheme']}://{_host(environ)}"
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return f"{origin}{path}?{asked}"


def _host(environ: Mapping[str, Any]) -> str:
    host: str = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
    return host


def answer(
    served: Served, environ: Mapping[str, Any], kept_by: Headers
) -> tuple[str, Headers, bytes]:
    """Return status line, headers and body, by the codings and the ETag in the request.

    kept_by: the headers that say who may keep the answer.
    """
    entry = served.entry
    metrics.record_soon(_counter(served.page, served.result).inc, 1)
    if _matches(environ.get("HTTP_IF_NONE_MATCH"), entry.etag):
        return "304 Not Modified", _headers(entry.etag, served.result, kept_by), b""
    coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    body = entry.bodies[coding]
    return "200 OK", _full_headers(entry, served.result, coding, kept_by), body


@lru_cache(maxsize=64)
def _counter(page: str, result: str) -> Counter:
    """Return the counter with these labels; to look it up costs as much as to count."""
    return metrics.PAGE_CACHE_REQUESTS.labels(page, result)


def _matches(if_none_match: str | None, etag: str) -> bool:
    """Return whether If-None-Match names etag, by weak comparison (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    opaque = etag.removeprefix("W/")
    return if_none_match.strip() == "*" or opaque in if_none_match


@lru_cache(maxsize=512)
def coding_for(accepted: str) -> str:
    """Return the best content coding that Accept-Encoding allows (RFC 9110, 12.5.3)."""
    quality = {"identity": 0.001}  # allowed unless refused; the last choice
    for coding, q in re.findall(r"([\w*-]+)\s*(?:;\s*q=([\d.]+))?", accepted.lower()):
        quality[coding] = float(q or 1) if re.fullmatch(QUALITY, q or "1") else 0.0
    anything = quality.get("*", 0.0)
    best = max(("br", "gzip", "identity"), key=lambda name: quality.get(name, anything))
    return best if quality.get(best, anything) > 0 else "identity"


@lru_cache(maxsize=2048)
def _headers(etag: str, result: str, kept_by: Headers) -> Headers:
    return (
        ("ETag", etag),
        *kept_by,
        ("Vary", "Accept-Encoding"),
        ("Cache-Status", CACHE_STATUS[result]),
    )


def _full_headers(entry: Entry, result: str, coding: str, kept_by: Headers) -> Headers:
    length = str(len(entry.bodies[coding]))
    content = (("Content-Type", entry.content_type), ("Content-Length", length))
    return (*content, *_content_encoding(coding), *_headers(entry.etag, result, kept_by))


def _content_encoding(coding: str) -> Headers:
    return () if coding == "identity" else (("Content-Encoding", coding),)
