"""Variants from disk, under the embedded default only; with S3 visitors go to the bucket."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from mozi.errors import StorageError
from mozi.parts import parts
from mozi.posters.keys import sha256_of, type_of
from mozi.storage import IMMUTABLE
from mozi.storage.local import LocalStorage

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/posters/<path:name>", merge_slashes=False)
def variant(name: str) -> Response:
    """Answer with a stored variant, whole or a range of it; nothing else of DATA_DIR is served.

    The entity tag is made of the key: the key's bytes never change, and so the tag is the
    same on every machine, whenever the file was written.
    """
    key = f"posters/{name}"
    etag = sha256_of(key.encode())
    response = send_file(_path_of(key), mimetype=type_of(key), conditional=True, etag=etag)
    response.headers["Cache-Control"] = IMMUTABLE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _path_of(key: str) -> Path:
    """Return the file's path, or abort with 404: no such variant, no key, not on disk at all."""
    storage = parts().storage
    if not isinstance(storage, LocalStorage):
        abort(404)
    try:
        path = storage.path_of(key)
    except StorageError:
        abort(404)
    if not path.is_file():
        abort(404)
    return path
