"""The WSGI stack: which layer answers what, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.proxy_fix import ProxyFix

from mozi.server.hooks import HOOKS
from tests.conftest import MakeApp


def names(layer: Any) -> list[str]:
    """Return the classes of the layers, from the outermost to Flask's own app."""
    found = []
    while not hasattr(layer, "__func__"):
        found.append(type(layer).__name__)
        layer = getattr(layer, "app", None) or layer.application
    return found


INSIDE = [
    "Observed", "NamedHosts", "KeepingFiles", "PlainMedia", "WaitingForPosters", "CachedPages",
    "WhiteNoise",
]  # fmt: skip


def test_the_layers_of_the_embedded_default(app: Flask) -> None:
    assert names(app.wsgi_app) == INSIDE


def test_proxies_are_believed_first_where_there_are_some(make_app: MakeApp) -> None:
    app = make_app(TRUSTED_PROXY_HOPS="2")
    assert names(app.wsgi_app) == ["BelievedProxies", *INSIDE]
    assert isinstance(app.wsgi_app, ProxyFix)
    assert (app.wsgi_app.x_for, app.wsgi_app.x_proto) == (2, 2)
    assert (app.wsgi_app.x_host, app.wsgi_app.x_port) == (0, 0)


def test_only_layers_that_never_block_run_in_the_servers_loop(app: Flask) -> None:
    layer, found = app.extensions[HOOKS].ready_layers, []
    while hasattr(layer, "app"):
        found.append(type(layer).__name__)
        assert not getattr(layer, "waits", False)
        layer = layer.app
    assert found == ["Observed", "NamedHosts", "AnsweringFiles", "CachedPages", "RefusedNetworks"]


@pytest.mark.parametrize("path", ["/", "/static/style.css", "/media/posters/x.jpg", "/nincs"])
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
