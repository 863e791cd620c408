"""Variants from disk, under the embedded default only; with S3 pages link the bucket.

A page has dozens of them, so a WSGI layer answers plain requests in front of Flask, in a fraction
of the route's time. The route answers ranges and conditional requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import formatdate
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from mozi.errors import StorageError
from mozi.posters.keys import sha256_of
from mozi.server.answers import Environ, StartResponse, WSGIApp
from mozi.services import services
from mozi.storage import IMMUTABLE, type_of
from mozi.storage.local import LocalStorage
from mozi.web.middleware.headers import FOR_OTHERS, SecurityHeaders
from mozi.web.middleware.observing import ENDPOINT

PLAIN = re.compile(r"/media/(posters/[\w.-]+)", re.ASCII)
CONDITIONS = ("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH")

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/posters/<path:name>", merge_slashes=False)
def variant(name: str) -> Response:
    """Return a stored variant or a range of it; no other file of DATA_DIR is served.

    The entity tag is made of the key, whose bytes never change: so it is the same on every
    machine, whenever the file was written.
    """
    key = f"posters/{name}"
    etag = sha256_of(key.encode())
    response = send_file(_path_of(key), mimetype=type_of(key), conditional=True, etag=etag)
    response.headers["Cache-Control"] = IMMUTABLE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _path_of(key: str) -> Path:
    """Return the file's path; abort with 404 where there is none."""
    storage = services().storage
    if not isinstance(storage, LocalStorage):
        abort(404)
    try:
        path = storage.path_of(key)
    except StorageError:
        abort(404)
    if not path.is_file():
        abort(404)
    return path


class PlainMedia:
    """The WSGI layer that answers whole variants; other requests go on to the app."""

    def __init__(self, app: WSGIApp, storage: LocalStorage, security: SecurityHeaders) -> None:
        self.app = app
        self.storage = storage
        self.security = security

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        named = PLAIN.fullmatch(environ["PATH_INFO"])
        if named is None or environ["REQUEST_METHOD"] != "GET" or not _unconditional(environ):
            return self.app(environ, start_response)
        try:
            body, modified = _read(self.storage.path_of(named[1]))
        except (StorageError, OSError):
            return self.app(environ, start_response)
        environ[ENDPOINT] = "variant"
        headers = [
            *_headers(named[1], len(body), modified),
            *self.security.of(environ, FOR_OTHERS),
        ]
        start_response("200 OK", headers)
        return (body,)


def _unconditional(environ: Environ) -> bool:
    return not any(name in environ for name in CONDITIONS)


def _read(path: Path) -> tuple[bytes, float]:
    """Return the file's bytes and when it was written, in seconds since the epoch."""
    with path.open("rb", buffering=0) as file:
        return file.readall(), path.stat().st_mtime


def _headers(key: str, length: int, modified: float) -> list[tuple[str, str]]:
    return [
        ("Content-Type", type_of(key)),
        ("Content-Length", str(length)),
        ("ETag", f'"{sha256_of(key.encode())}"'),
        ("Last-Modified", formatdate(modified, usegmt=True)),
        ("Accept-Ranges", "bytes"),
        ("Content-Disposition", f"inline; filename={key.rpartition('/')[2]}"),
        ("Cache-Control", IMMUTABLE),
    ]
