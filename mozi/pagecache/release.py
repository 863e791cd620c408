"""The release that a page belongs to: a deploy never serves HTML of the release before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mozi.settings import Settings

FILES = ("mozi/**/*.py", "mozi/**/*.json", "templates/**/*", "static/**/*", "translations/**/*")
DIGITS = 16


def release_of(root: Path, settings: Settings) -> str:
    """Return a digest of everything but the rows that pages are made of: files and settings."""
    shown = f"{digest_of(root)} {settings.site_url} {settings.site_timezone} {settings.site_name}"
    logo = settings.site_logo.read_bytes() if settings.site_logo else b""
    return hashlib.sha256(shown.encode() + logo).hexdigest()[:DIGITS]


def digest_of(root: Path) -> str:
    """Return a digest of the names and contents of all files that pages are made of."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for pattern in FILES:
        yield from sorted(path for path in root.glob(pattern) if path.is_file())
