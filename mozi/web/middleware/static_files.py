"""Static files under names that their content makes, so that a browser asks for each once.

`url_for("static", filename="style.css")` gives /static/style.<digest>.css: another content has
another name, so the answer may be kept for good, and a page never gets the files of another
release. The copies, without blanks and comments and compressed once, stand in DATA_DIR/static;
WhiteNoise serves them. Files asked for by their plain names are Flask's, to be asked for anew
each time.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

import brotli
import rcssmin
import rjsmin
from flask import Flask
from whitenoise import WhiteNoise

from mozi.web.middleware.headers import SHARED

DIGEST_LENGTH = 12
HASHED = re.compile(rf"\.[0-9a-f]{{{DIGEST_LENGTH}}}\.\w+$")
SHORTER: Mapping[str, Callable[[str], str]] = {".css": rcssmin.cssmin, ".js": rjsmin.jsmin}
LINKED = re.compile(r"url\(([\w./-]+)\)")  # what a style sheet links: another file of ours
WORTH_IT = 0.9  # of the plain size; pictures and fonts are compressed already


def register(app: Flask, folder: Path) -> None:
    """Serve the app's static files under hashed names, from copies in folder.

    With --debug the plain names are linked, so that an edit shows without a restart.
    """
    names = dict(collect(Path(app.static_folder or ""), folder))

    def hashed(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not app.debug:
            values["filename"] = names.get(values["filename"], values["filename"])

    app.url_defaults(hashed)
    noise = WhiteNoise(
        app.wsgi_app,
        immutable_file_test=lambda path, url: HASHED.search(url) is not None,
        allow_all_origins=False,
        add_headers_function=_protect,
    )
    for name in copies(folder):
        noise.add_file_to_dictionary(f"{app.static_url_path}/{name}", str(folder / name))
    app.wsgi_app = noise  # type: ignore[method-assign]  # the documented way


def collect(static: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Copy the files of static into folder; yield each name and the one with its digest.

    Style sheets come last: they link others by the names that these got. Former releases'
    copies stay: a page that a browser still shows may link them.
    """
    names: dict[str, str] = {}
    for path in sorted(static.rglob("*"), key=lambda path: (path.suffix == ".css", path)):
        name = path.relative_to(static)
        if path.is_file() and not name.name.startswith("."):
            body = served(path, name, names)
            hashed = names[name.as_posix()] = hashed_name(name, body)
            _copy(body, folder / hashed)
            yield name.as_posix(), hashed


def copies(folder: Path) -> Iterator[str]:
    """Yield the hashed names in folder, those of former releases too.

    A page that was delivered before a restart asks for its style sheet after it, and an edge
    serves such a page for as long as it may.
    """
    for path in folder.rglob("*"):
        if HASHED.search(path.name):
            yield path.relative_to(folder).as_posix()


def served(path: Path, name: Path, names: Mapping[str, str]) -> bytes:
    """Return what is served of a file: style sheets and scripts short, with links that last."""
    if name.suffix not in SHORTER:
        return path.read_bytes()
    text = SHORTER[name.suffix](path.read_text("utf-8"))

    def lasting(link: re.Match[str]) -> str:
        linked = (name.parent / link[1]).as_posix()
        return f"url({os.path.relpath(names.get(linked, linked), name.parent)})"

    return (LINKED.sub(lasting, text) if name.suffix == ".css" else text).encode()


def hashed_name(name: Path, body: bytes) -> str:
    """Return name with the digest of body before its ending: fonts/a.<digest>.woff2."""
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]
    return name.with_name(f"{name.stem}.{digest}{name.suffix}").as_posix()


def _copy(body: bytes, path: Path) -> None:
    """Write body, and what it is compressed where that is worth it; the plain file comes last."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    for ending, compressed in compress(body).items():
        if len(compressed) < WORTH_IT * len(body):
            _write_at_once(path.with_name(path.name + ending), compressed)
    _write_at_once(path, body)


def compress(body: bytes) -> dict[str, bytes]:
    """Return body as small as it gets, by the ending that such a copy's name has."""
    return {".gz": gzip.compress(body, mtime=0), ".br": brotli.compress(body)}


def _write_at_once(path: Path, body: bytes) -> None:
    """Write beside the place, then move there: several workers start at once."""
    beside = path.with_name(f".{secrets.token_hex(8)}.tmp")
    beside.write_bytes(body)
    beside.replace(path)


def _protect(headers: Headers, path: str, url: str) -> None:
    for name, value in (("X-Content-Type-Options", "nosniff"), *SHARED):
        headers[name] = value
