"""Which release a page belongs to: a deploy never serves HTML that links the last one's files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mozi.settings import Settings

SHOWING = ("mozi/**/*.py", "mozi/**/*.json", "templates/**/*", "static/**/*", "translations/**/*")
LENGTH = 16


def release_of(root: Path, settings: Settings) -> str:
    """Return a digest of all that pages are made with, besides the rows: files and settings."""
    shown = f"{digest_of(root)} {settings.site_url} {settings.site_timezone}"
    return hashlib.sha256(shown.encode()).hexdigest()[:LENGTH]


def digest_of(root: Path) -> str:
    """Return a digest of the names and contents of all files that pages are made with."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for pattern in SHOWING:
        yield from sorted(path for path in root.glob(pattern) if path.is_file())
