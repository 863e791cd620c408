"""Whom Mozi believes about a client's address and scheme."""

from __future__ import annotations

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from mozi.server.answers import Environ, StartResponse
from mozi.web.middleware.forwarding import BelievedProxies


@pytest.mark.parametrize(
    ("hops", "addresses", "schemes", "believed"),
    [
        (1, "192.0.2.7", "https", ("192.0.2.7", "https")),
        (1, "10.9.9.9, 192.0.2.7", "http, https", ("192.0.2.7", "https")),
        (2, "192.0.2.7, 198.51.100.1", "https, http", ("192.0.2.7", "https")),
        (2, "192.0.2.7, 198.51.100.1", "https", ("192.0.2.7", "https")),
        (3, "10.9.9.9, 192.0.2.7, 198.51.100.1, 10.0.0.1", "http", ("192.0.2.7", "http")),
        (2, "192.0.2.7, 198.51.100.1", None, ("192.0.2.7", "http")),
    ],
)
def test_so_many_proxies_are_believed(
    hops: int, addresses: str, schemes: str | None, believed: tuple[str, str]
) -> None:
    seen: list[tuple[str, str]] = []

    def app(environ: Environ, start_response: StartResponse) -> list[bytes]:
        seen.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]))
        start_response("200 OK", [])
        return []

    headers = {"X-Forwarded-For": addresses} | ({"X-Forwarded-Proto": schemes} if schemes else {})
    run_wsgi_app(BelievedProxies(app, hops), EnvironBuilder(headers=headers).get_environ())
    assert seen == [believed]
