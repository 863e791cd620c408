"""The security headers of every response: Flask's, and those of the WSGI layers in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from mozi.storage import Storage

Headers = tuple[tuple[str, str], ...]

# One year, without the subdomains: they may belong to others.
HSTS = ("Strict-Transport-Security", "max-age=31536000")

# Features that Mozi's scripts never use. Chromium warns about a name that it does not know.
UNUSED_FEATURES = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "usb"),
)

# Pages and forms: other sites may neither open them in their windows nor embed them.
PAGES: Headers = (
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(f"{name}=()" for name in UNUSED_FEATURES)),
)
# Posters, feeds, the API, static files: other sites may load them.
SHARED: Headers = (("Cross-Origin-Resource-Policy", "cross-origin"),)

# The page that other sites embed: it may stand in any of their frames.
EMBEDDED: Headers = (
    *SHARED,
    ("Permissions-Policy", ", ".join(f"{name}=()" for name in UNUSED_FEATURES)),
)
EMBEDDED_PAGE = "embed"  # as the page cache names it

SHARED_BLUEPRINTS = frozenset({"api", "crawlers", "feeds", "installed", "media", "posters"})


class SecurityHeaders:
    """The headers of one app: scripts and styles are its own, pictures come from the storage."""

    def __init__(self, storage: Storage) -> None:
        always: Headers = (
            ("Content-Security-Policy", policy(storage.url("posters/any.jpg"))),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
        )
        embedded = policy(storage.url("posters/any.jpg"), frame_ancestors="*")
        in_frames: Headers = (("Content-Security-Policy", embedded), *always[1:], *EMBEDDED)
        self._by_http = {
            (False, False): (*always, *PAGES),
            (True, False): (*always, *SHARED),
            (False, True): in_frames,
        }
        self._by_https = {kind: (*told, HSTS) for kind, told in self._by_http.items()}

    def of(
        self, environ: Mapping[str, Any], *, shared: bool = False, embedded: bool = False
    ) -> Headers:
        """Return the headers of the response to this request.

        shared: whether other sites may load it, and read it in scripts where CORS allows that.
        embedded: whether they may show it in a frame.
        """
        by_scheme = self._by_https if environ["wsgi.url_scheme"] == "https" else self._by_http
        return by_scheme[shared, embedded]


def policy(poster_url: str, *, frame_ancestors: str = "'none'") -> str:
    """Return the Content-Security-Policy; poster_url: the address of any public object.

    Pictures may come from any https host: recorded addresses name a former host until
    `check-posters --repair`, and the admin's form previews external posters.
    """
    parts = urlsplit(poster_url)
    posters = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob: https:{posters}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


def add_security_headers(app: Flask, security: SecurityHeaders) -> None:
    """Add the headers to every response of Flask; a response's own headers stay."""

    def add(response: Response) -> Response:
        for name, value in security.of(
            request.environ, shared=_is_shared(), embedded=_is_embedded()
        ):
            response.headers.setdefault(name, value)
        return response

    app.after_request(add)


def _is_embedded() -> bool:
    endpoint = request.endpoint or ""
    return endpoint.removeprefix("en.") == "embedding.week"


def _is_shared() -> bool:
    blueprint = (request.blueprint or "").rpartition(".")[2]
    return blueprint in SHARED_BLUEPRINTS or request.endpoint == "static"
