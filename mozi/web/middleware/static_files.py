"""Static files by hashed names, so that a browser loads each content once.

`url_for("static", filename="style.css")` returns /static/style.<digest>.css. Other content has
another name, so the answer may be cached for good, and a page never gets another release's files.
The copies, minified and compressed once, stand in DATA_DIR/static; WhiteNoise serves them. Flask
serves the plain names, which a browser has to revalidate each time.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import partial
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
MINIFY: Mapping[str, Callable[[str], str]] = {".css": rcssmin.cssmin, ".js": rjsmin.jsmin}
LINKED = re.compile(r"url\(([\w./-]+)\)")  # a style sheet's link to another static file
WORTH_IT = 0.9  # of the plain size; pictures and fonts are compressed already


def link_hashed_files(app: Flask, folder: Path) -> Callable[[Any], WhiteNoise]:
    """Have url_for link the static files by hashed names; return the WSGI layer that serves them.

    folder: for the copies. With --debug the plain names are linked, so that an edit shows
    without a restart.
    """
    names = dict(collect(Path(app.static_folder or ""), folder))

    def link(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not app.debug:
            values["filename"] = names.get(values["filename"], values["filename"])

    app.url_defaults(link)
    return partial(_serve_copies, folder=folder, at=app.static_url_path or "")


def _serve_copies(app: Any, *, folder: Path, at: str) -> WhiteNoise:
    noise = WhiteNoise(
        app,
        immutable_file_test=lambda path, url: HASHED.search(url) is not None,
        allow_all_origins=False,
        add_headers_function=_protect,
    )
    for name in copies(folder):
        noise.add_file_to_dictionary(f"{at}/{name}", str(folder / name))
    return noise


def collect(static: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Copy the files of static into folder; yield each name and its hashed name.

    Style sheets come last, since they link others by their hashed names. Copies of former
    releases stay: a page that a browser still shows may link them.
    """
    names: dict[str, str] = {}
    for path in sorted(static.rglob("*"), key=lambda path: (path.suffix == ".css", path)):
        name = path.relative_to(static)
        if path.is_file() and not name.name.startswith("."):
            body = served_body(path, name, names)
            hashed = names[name.as_posix()] = hashed_name(name, body)
            _copy(body, folder / hashed)
            yield name.as_posix(), hashed


def copies(folder: Path) -> Iterator[str]:
    """Yield the hashed names in folder, those of former releases too.

    A page that was delivered before a restart loads its style sheet after it, and an edge cache
    serves such a page for as long as it is fresh there.
    """
    for path in folder.rglob("*"):
        if HASHED.search(path.name):
            yield path.relative_to(folder).as_posix()


def served_body(path: Path, name: Path, names: Mapping[str, str]) -> bytes:
    """Return a file's content as served: minified, with links to hashed names."""
    if name.suffix not in MINIFY:
        return path.read_bytes()
    text = MINIFY[name.suffix](path.read_text("utf-8"))

    def hashed_link(link: re.Match[str]) -> str:
        linked = (name.parent / link[1]).as_posix()
        return f"url({os.path.relpath(names.get(linked, linked), name.parent)})"

    return (LINKED.sub(hashed_link, text) if name.suffix == ".css" else text).encode()


def hashed_name(name: Path, body: bytes) -> str:
    """Return name with the digest of body before its ending: fonts/a.<digest>.woff2."""
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]
    return name.with_name(f"{name.stem}.{digest}{name.suffix}").as_posix()


def _copy(body: bytes, path: Path) -> None:
    """Write body, with compressed copies where they are smaller; the plain file comes last."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    for ending, compressed in compress(body).items():
        if len(compressed) < WORTH_IT * len(body):
            _write_atomically(path.with_name(path.name + ending), compressed)
    _write_atomically(path, body)


def compress(body: bytes) -> dict[str, bytes]:
    """Return body compressed, by the ending of such a copy's name."""
    return {".gz": gzip.compress(body, mtime=0), ".br": brotli.compress(body)}


def _write_atomically(path: Path, body: bytes) -> None:
    """Write a draft, then move it: several workers start at the same time."""
    draft = path.with_name(f".{secrets.token_hex(8)}.tmp")
    draft.write_bytes(body)
    draft.replace(path)


def _protect(headers: Headers, path: str, url: str) -> None:
    for name, value in (("X-Content-Type-Options", "nosniff"), *SHARED):
        headers[name] = value
