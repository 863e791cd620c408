"""The WSGI stack, built in one list; and what the server asks of the app (server/hooks.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Thread

from flask import Flask, url_for

from mozi.database import fail_fast
from mozi.extensions import db
from mozi.logs.request_lines import RequestLines
from mozi.server.answers import WSGIApp
from mozi.server.hooks import HOOKS, ServerHooks
from mozi.server.ready import not_ready
from mozi.server.start_token import START_TOKEN
from mozi.services import Services
from mozi.storage.local import LocalStorage
from mozi.web import rates
from mozi.web.first_admin import announce_beginning
from mozi.web.first_look import look_at_pages
from mozi.web.i18n.languages import is_admin
from mozi.web.middleware import static_files
from mozi.web.middleware.cached_pages import CachedPages
from mozi.web.middleware.forwarding import BelievedProxies
from mozi.web.middleware.headers import SecurityHeaders
from mozi.web.middleware.hosts import NamedHosts
from mozi.web.middleware.known_files import AnsweringFiles, KeepingFiles, KnownFiles
from mozi.web.middleware.media import PlainMedia
from mozi.web.middleware.observing import Observed
from mozi.web.middleware.refused import REFUSED, Refusals, RefusedNetworks
from mozi.web.middleware.waiting import WaitingForPosters
from mozi.web.rendering import load_templates
from mozi.web.sessions import is_session

Layer = Callable[[WSGIApp], WSGIApp]


def put_in_front(app: Flask, services: Services, security: SecurityHeaders) -> None:
    """Wrap Flask in the layers; leave what the server needs of the app in its extensions."""
    hops, lines = services.settings.trusted_proxy_hops, RequestLines(services.settings)
    pages, files = partial(_cached_pages, app, services, security), KnownFiles()
    refusals = app.extensions[REFUSED] = Refusals(partial(rates.limit_of, app))
    # A request goes from the top to the bottom, until a layer answers it.
    outer: list[Layer] = [
        *_proxies(hops),  # the client's address and scheme, as the operator's proxies say
        lambda inner: Observed(inner, lines, behind_proxy=hops > 0),  # id, log line, metrics
        lambda inner: NamedHosts(inner, security),  # 400 where the Host header is no host
    ]
    layers: list[Layer] = [
        *outer,
        lambda inner: KeepingFiles(inner, files),  # files, for the server's loop to answer with
        *_plain_media(services, security),  # posters on disk, under the embedded default only
        lambda inner: WaitingForPosters(inner, services.posters, security),  # posters being built
        partial(pages, waits=True),  # pages in memory, and those that another thread makes
        static_files.link_hashed_files(app, services.settings.data_dir / "static"),  # /static/…
        # Flask itself: the routes, for everything else.
    ]
    # mypy takes a method for no variable; Flask documents this way.
    app.wsgi_app = _wrapped(app.wsgi_app, layers)  # type: ignore[method-assign, assignment]
    if services.settings.edge_seconds:
        security.preload(_first_files(app))
    free = partial(rates.is_free, services)
    app.extensions[HOOKS] = ServerHooks(
        ready_layers=_wrapped(
            not_ready,
            [
                *outer,
                lambda inner: AnsweringFiles(inner, files),
                partial(pages, waits=False),
                lambda inner: RefusedNetworks(inner, refusals, security, free),
            ],
        ),
        is_admin=is_admin,
        is_session=partial(is_session, app),
        warm_up=partial(_warm_up, app, services),
        wind_down=services.idle.stop.set,
    )


def _first_files(app: Flask) -> str:
    """Return the Link header for the style sheet and the font of the headings."""
    with app.test_request_context():
        style = url_for("static", filename="style.css")
        font = url_for("static", filename="fonts/bodoni-moda.woff2")
    return f"<{style}>; rel=preload; as=style, <{font}>; rel=preload; as=font; crossorigin"


def _proxies(hops: int) -> Iterator[Layer]:
    if hops:
        yield lambda inner: BelievedProxies(inner, hops)


def _plain_media(services: Services, security: SecurityHeaders) -> Iterator[Layer]:
    storage = services.storage
    if isinstance(storage, LocalStorage):
        yield lambda inner: PlainMedia(inner, storage, security)


def _cached_pages(
    app: Flask, services: Services, security: SecurityHeaders, inner: WSGIApp, *, waits: bool
) -> WSGIApp:
    return CachedPages(
        inner,
        services.pages,
        services.settings,
        security,
        session_cookie=app.config["SESSION_COOKIE_NAME"],
        save_counts=services.counters.save_if_due,
        waits=waits,
    )


def _wrapped(app: WSGIApp, layers: Sequence[Layer]) -> WSGIApp:
    for layer in reversed(layers):
        app = layer(app)
    return app


def _warm_up(app: Flask, services: Services) -> None:
    """Prepare a worker's app: its templates, and its way to a database that may fall silent.

    Threads look at pages and for an admin: a database that is away must not delay the start.
    """
    load_templates(app)
    with app.app_context():
        fail_fast(db.engine)
    if services.settings.poster_extras:
        services.idle.start()
    Thread(target=look_at_pages, args=(app,), name="first look", daemon=True).start()
    beginning = (app, START_TOKEN)
    Thread(target=announce_beginning, args=beginning, name="first admin", daemon=True).start()
