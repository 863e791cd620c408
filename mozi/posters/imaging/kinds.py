"""Tells the kind of a file by its first bytes: the five accepted kinds, and names for others.

Only the decoder of an accepted kind ever gets the bytes. Pillow's Image.open would offer them to
more than forty parsers, one of which starts Ghostscript.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

from mozi.errors import UnreadableSource
from mozi.posters.messages import unreadable

HEAD_BYTES = 1024
PIXEL_BYTES = 5
TEXT = frozenset(string.printable.encode())


@dataclass(frozen=True)
class Kind:
    """An accepted kind of file.

    weight: how many ordinary pixels one of its pixels counts as, by the memory of decoding with
    Pillow 13: at most PIXEL_BYTES a pixel, but 16 for WebP and 11 for AVIF, whose decoders keep
    whole canvases; rounded up, so that a limit of 25 million is 7.5 million of WebP and 10 of
    AVIF. A JPEG of several scans has its own weight: see opening.py.
    """

    name: str
    extension: str
    content_type: str
    weight: float = 1


JPEG = Kind("JPEG", "jpg", "image/jpeg")
PNG = Kind("PNG", "png", "image/png")
GIF = Kind("GIF", "gif", "image/gif")
WEBP = Kind("WebP", "webp", "image/webp", weight=10 / 3)
AVIF = Kind("AVIF", "avif", "image/avif", weight=2.5)

ACCEPTED_SIGNATURES = (
    (JPEG, b"\xff\xd8\xff", 0),
    (PNG, b"\x89PNG\r\n\x1a\n", 0),
    (GIF, b"GIF87a", 0),
    (GIF, b"GIF89a", 0),
    (WEBP, b"WEBP", 8),
    (AVIF, b"ftypavif", 4),
    (AVIF, b"ftypavis", 4),
)
OTHER_PICTURES = (
    ("a TIFF", b"II*\0", 0),
    ("a TIFF", b"MM\0*", 0),
    ("a BMP", b"BM", 0),
    ("an icon", b"\0\0\1\0", 0),
    ("a Photoshop", b"8BPS", 0),
    ("a JPEG 2000", b"\0\0\0\x0cjP  ", 0),
    ("a JPEG XL", b"\0\0\0\x0cJXL ", 0),
    ("a JPEG XL", b"\xff\x0a", 0),
    ("an HEIC", b"ftyphei", 4),
    ("an HEIC", b"ftypmif1", 4),
)
OTHER_FILES = (
    ("an EPS (PostScript) file", b"%!PS", 0),
    ("an EPS (PostScript) file", b"\xc5\xd0\xd3\xc6", 0),
    ("a PDF document", b"%PDF", 0),
    ("a ZIP archive", b"PK\3\4", 0),
    ("a gzip archive", b"\x1f\x8b", 0),
    ("a video", b"ftyp", 4),
)
MARKUP = (("an SVG drawing", b"<svg"), ("an HTML page", b"<html"), ("an HTML page", b"<!doctype"))


def kind_of(body: bytes) -> Kind:
    """Return the accepted kind of body; raises UnreadableSource, which names any other kind."""
    if not body:
        raise unreadable("empty")
    for kind, signature, offset in ACCEPTED_SIGNATURES:
        if body.startswith(signature, offset):
            return kind
    raise _refusal(body)


def _refusal(body: bytes) -> UnreadableSource:
    """Return the error for a body that is not accepted: another picture format, or no picture."""
    if picture := _found(OTHER_PICTURES, body):
        return unreadable("format_not_accepted", kind=picture)
    what = _found(OTHER_FILES, body) or _text_kind(body[:HEAD_BYTES])
    return unreadable("not_a_picture", kind=what)


def _found(signatures: tuple[tuple[str, bytes, int], ...], body: bytes) -> str | None:
    """Return the first name whose signature is at its offset in body."""
    return next((name for name, mark, at in signatures if body.startswith(mark, at)), None)


def _text_kind(head: bytes) -> str:
    """Return the name of a file without a known signature, by its first bytes."""
    lowered = head.lower()
    for name, mark in MARKUP:
        if mark in lowered:
            return name
    return "text" if TEXT.issuperset(head) else "a file of an unknown kind"
