"""What a user would pick instead of Mozi's page cache: apps that answer with one page.

BENCH_PAGE names the file with the page, BENCH_PEERS a folder with the packages that Mozi does
not need.
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import brotli
from flask import Flask, Response
from flask_caching import Cache

sys.path.append(os.environ["BENCH_PEERS"])  # at the end: what Mozi has too is the same for all
from flask_compress import Compress  # noqa: E402

PAGE = Path(os.environ["BENCH_PAGE"]).read_bytes()
HTML = "text/html; charset=utf-8"
WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


# The same bytes as Mozi's: each header costs gunicorn about a microsecond.
SHARED = [
    ("ETag", '"x"'),
    ("Cache-Control", "no-cache"),
    ("Vary", "Accept-Encoding"),
    ("X-Rival", "hit"),
]


def answering(body: bytes, *headers: tuple[str, str]) -> WSGIApp:
    """Return the barest app there is that answers with body, and with 304 who has it."""
    listed = [("Content-Type", HTML), ("Content-Length", str(len(body))), *headers, *SHARED]

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_IF_NONE_MATCH") == '"x"':
            start_response("304 Not Modified", SHARED)
            return (b"",)
        start_response("200 OK", listed)
        return (body,)

    return app


bare = answering(PAGE)
bare_gzip = answering(gzip.compress(PAGE, 6), ("Content-Encoding", "gzip"))
bare_br = answering(brotli.compress(PAGE, quality=5), ("Content-Encoding", "br"))

hello = Flask("hello")
hello.add_url_rule("/", view_func=lambda: "Hello, world")

in_memory = Flask("in_memory")
in_memory.add_url_rule("/", view_func=lambda: Response(PAGE, content_type=HTML))


def cached_by(kind: str, **config: Any) -> Flask:
    """Return an app whose one view is cached by Flask-Caching."""
    app = Flask(kind)
    cache = Cache(app, config={"CACHE_TYPE": kind, "CACHE_DEFAULT_TIMEOUT": 3600, **config})
    app.add_url_rule("/", view_func=cache.cached()(lambda: PAGE.decode()))
    return app


simple_cache = cached_by("SimpleCache")
file_cache = cached_by("FileSystemCache", CACHE_DIR=tempfile.mkdtemp(prefix="bench-cache-"))

compress = Flask("compress")
compress.add_url_rule("/", view_func=lambda: Response(PAGE, content_type=HTML))
Compress(compress)
