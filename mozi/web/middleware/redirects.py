"""The router's redirects for a missing or an extra slash, as relative ones with an age.

Werkzeug writes the request's host into them, which a client may forge and a cache in front would
keep.
"""

from __future__ import annotations

import re

from flask import Flask, redirect, request
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from mozi.web.i18n.languages import is_admin

MOVED_S = 300
"""How long caches may keep a public redirect, in seconds.

Without an age a browser keeps a 301 or a 308 for good.
"""

ORIGIN = re.compile(r"\A[^/]*//[^/?#]*/*")  # and all slashes after it: //name would be another host


def register(app: Flask) -> None:
    """Answer these redirects before Flask, which does not pass them to its error handlers."""
    app.before_request_funcs.setdefault(None, []).insert(0, redirect_to_right_path)


def redirect_to_right_path() -> Response | None:
    """Return a redirect to the canonical path, None where the request has it.

    The router takes any number of leading slashes for one: each number would be another address
    of the same page, and another entry of the page cache.
    """
    moved = request.routing_exception
    if isinstance(moved, RequestRedirect):
        return _moved(moved.new_url)
    doubled = request.environ["PATH_INFO"].startswith("//")
    return _moved(request.url) if doubled else None


def _moved(url: str) -> Response:
    path = ORIGIN.sub("/", url)
    return redirect_to(path, code=RequestRedirect.code, kept=not is_admin(request.path))


def redirect_to(path: str, *, code: int, kept: bool = True) -> Response:
    """Return a redirect to a path of this site; kept: whether caches may keep it, for MOVED_S."""
    answer = redirect(path, code=code)
    answer.headers["Cache-Control"] = f"public, max-age={MOVED_S}" if kept else "no-store"
    return answer
