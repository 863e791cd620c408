"""The router's own redirects, for a slash that is missing or one too many.

Werkzeug writes the request's host into them, which a client may make up and which a cache in
front would keep. Here they are relative, and say how long they may be kept.
"""

from __future__ import annotations

import re

from flask import Flask, redirect, request
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from mozi.web.i18n.languages import is_admin

MOVED_S = 300
"""How long a public redirect to an address's right spelling may be kept, in seconds.

Without an age a browser keeps a 301 or a 308 for good.
"""

ORIGIN = re.compile(r"\A[^/]*//[^/?#]*/*")  # and all slashes behind it: //name is another host


def register(app: Flask) -> None:
    """Answer these redirects before Flask does, which passes them by its error handlers."""
    app.before_request_funcs.setdefault(None, []).insert(0, lead_on)


def lead_on() -> Response | None:
    """Lead to the right spelling of the address, on whatever host it was asked for.

    The router itself takes any number of slashes in front for one: each number would be another
    address of the same page, in the page cache too.
    """
    moved = request.routing_exception
    if isinstance(moved, RequestRedirect):
        return _lead_to(moved.new_url)
    doubled = request.environ["PATH_INFO"].startswith("//")
    return _lead_to(request.url) if doubled else None


def _lead_to(url: str) -> Response:
    path = ORIGIN.sub("/", url)
    return lead_to(path, code=RequestRedirect.code, kept=not is_admin(request.path))


def lead_to(path: str, *, code: int, kept: bool = True) -> Response:
    """Return a redirect to a path of ours; kept: whether caches may keep it, for MOVED_S."""
    answer = redirect(path, code=code)
    answer.headers["Cache-Control"] = f"public, max-age={MOVED_S}" if kept else "no-store"
    return answer
