"""Which Host headers name a host at all (RFC 9110, 7.2): any other request is answered 400.

Absolute addresses are made of the host where SITE_URL is unset, and Werkzeug cannot make them
of a name that IDNA does not know: neither a page nor a page that tells of the error.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flask import Flask, Response, request

LABEL = r"[a-z0-9_-]{1,63}"
HOST = re.compile(
    rf"(?P<name>{LABEL}(\.{LABEL})*)\.?(:\d{{1,5}})?|\[[0-9a-f:.]+\](:\d{{1,5}})?", re.I | re.ASCII
)


def register(app: Flask) -> None:
    """Refuse what names no host before anything else is asked; call it last."""
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_what_names_no_host)


def refuse_what_names_no_host() -> Response | None:
    """Answer in plain text: a page has links."""
    host: str = request.environ.get("HTTP_HOST", "")
    if not host or is_host(host):
        return None
    answer = Response("The Host header names no host.\n", status=400, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@lru_cache(maxsize=256)
def is_host(host: str) -> bool:
    """Return whether this is a name or an IP address, with or without a port."""
    named = HOST.fullmatch(host)
    try:
        return named is not None and bool((named["name"] or "v6").encode().decode("idna"))
    except UnicodeError:
        return False
