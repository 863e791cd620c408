"""The WSGI layers in front of Flask, outermost first, in one list; static files lie beneath."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from mozi.logs.request_lines import RequestLines
from mozi.server.ready import READY, not_ready
from mozi.services import Services
from mozi.storage.local import LocalStorage
from mozi.web.middleware.cached_pages import CachedPages
from mozi.web.middleware.headers import SecurityHeaders
from mozi.web.middleware.hosts import NamedHosts
from mozi.web.middleware.media import PlainMedia
from mozi.web.middleware.observing import Observed
from mozi.web.middleware.waiting import WaitingForPosters

WSGIApp = Callable[..., Any]
Layer = Callable[[WSGIApp], WSGIApp]


def put_in_front(app: Flask, services: Services, security: SecurityHeaders) -> None:
    """Wrap the app in its layers; leave those that never block to the server's loop, by READY."""
    around = list(_around_all(services, security))
    pages = _cached_pages(app, services, security)
    layers: list[Layer] = [
        *around,
        *_plain_media(services, security),  # a poster from disk, under the embedded default
        lambda inner: WaitingForPosters(inner, services.posters, security),  # a poster in hand
        pages,  # a page in memory
    ]
    app.wsgi_app = _wrapped(app.wsgi_app, layers)  # type: ignore[method-assign]  # the documented way
    app.extensions[READY] = _wrapped(not_ready, [*around, pages])


def _around_all(services: Services, security: SecurityHeaders) -> Iterator[Layer]:
    """Yield who asks by which scheme, as the proxies say; then what is seen of every request.

    As many proxies are believed as the operator has. X-Forwarded-Host and -Port never are: a
    proxy passes Host on, SITE_URL says the rest, and a proxy that does not set them passes on
    what the client made up.
    """
    hops, lines = services.settings.trusted_proxy_hops, RequestLines(services.settings)
    if hops:
        yield lambda inner: ProxyFix(inner, x_for=hops, x_proto=hops)
    yield lambda inner: Observed(inner, lines, behind_proxy=hops > 0)
    yield lambda inner: NamedHosts(inner, security)


def _plain_media(services: Services, security: SecurityHeaders) -> Iterator[Layer]:
    storage = services.storage
    if isinstance(storage, LocalStorage):
        yield lambda inner: PlainMedia(inner, storage, security)


def _cached_pages(app: Flask, services: Services, security: SecurityHeaders) -> Layer:
    cookie = app.config["SESSION_COOKIE_NAME"]
    return lambda inner: CachedPages(
        inner,
        services.pages,
        services.settings,
        security,
        session_cookie=cookie,
        look=services.counters.look,
    )


def _wrapped(app: WSGIApp, layers: Sequence[Layer]) -> WSGIApp:
    for layer in reversed(layers):
        app = layer(app)
    return app
