"""What every answer tells the browser to forbid, on all pages and for everybody.

Two doors lead out of Mozi: Flask, and the page cache in front of it, which answers alone.
Both ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from mozi.storage import Storage

Headers = tuple[tuple[str, str], ...]

# One year, and not the subdomains: they may be other people's.
HSTS = ("Strict-Transport-Security", "max-age=31536000")


class SecurityHeaders:
    """The headers of one app: scripts and styles are its own files, pictures the storage's."""

    def __init__(self, storage: Storage) -> None:
        self.by_http: Headers = (
            ("Content-Security-Policy", policy(storage.url("posters/any.jpg"))),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
        )
        self.by_https: Headers = (*self.by_http, HSTS)

    def of(self, environ: Mapping[str, Any]) -> Headers:
        """Return the headers of the answer to this request."""
        return self.by_https if environ["wsgi.url_scheme"] == "https" else self.by_http


def policy(poster_url: str) -> str:
    """Return the Content-Security-Policy; poster_url: the address of any public object.

    Pictures may come from any https host: recorded addresses name a former host until
    `check-posters --repair`, and an admin looks at an external poster before saving it.
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
            "frame-ancestors 'none'",
        )
    )


def register(app: Flask, security: SecurityHeaders) -> None:
    """Add the headers to all that Flask answers; an answer's own stay."""

    def add(response: Response) -> Response:
        for name, value in security.of(request.environ):
            response.headers.setdefault(name, value)
        return response

    app.after_request(add)
