"""A 400 for each request whose Host header is no host (RFC 9110, 7.2).

Without SITE_URL absolute addresses are made of the host. Werkzeug cannot make them of a name that
IDNA refuses: neither the page nor an error page could be rendered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Any

from werkzeug.wrappers import Response

from mozi.server.answers import Environ, StartResponse, WSGIApp
from mozi.web.middleware.headers import SecurityHeaders
from mozi.web.middleware.observing import ENDPOINT

LABEL = r"[a-z0-9_-]{1,63}"
HOST = re.compile(
    rf"((?P<name>{LABEL}(\.{LABEL})*)\.?|\[(?P<v6>[0-9a-f:.]+)\])(:\d{{1,5}})?", re.I | re.ASCII
)


class NamedHosts:
    """The WSGI layer; it is in front of the page cache and static files, which check no host."""

    def __init__(self, app: WSGIApp, security: SecurityHeaders) -> None:
        self.app = app
        self.security = security

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if names_host(environ):
            return self.app(environ, start_response)
        environ[ENDPOINT] = "no_host"
        answer = Response("The Host header names no host.\n", status=400, mimetype="text/plain")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers.extend(self.security.of(environ))
        return answer(environ, start_response)


def names_host(environ: Mapping[str, Any]) -> bool:
    """Return whether the request names one host; HTTP/1.0 may name none (RFC 9112, 3.2).

    gunicorn refuses a doubled header; another server joins both with a comma, which is in no
    host.
    """
    host: str = environ.get("HTTP_HOST", "")
    return is_host(host) if host else environ["SERVER_PROTOCOL"] == "HTTP/1.0"


@lru_cache(maxsize=256)
def is_host(host: str) -> bool:
    """Return whether this is a domain name or an IP address, with or without a port."""
    named = HOST.fullmatch(host)
    try:
        return named is not None and bool(_read(**named.groupdict()))
    except ValueError:  # UnicodeError is one
        return False


def _read(name: str | None, v6: str | None) -> str | IPv6Address:
    """Return the name in Unicode, or the address; raises ValueError for neither."""
    return name.encode().decode("idna") if name else IPv6Address(v6 or "")
