"""Splits a PNG into the chunks of its picture, its profile and its orientation.

Pillow gets only the first. Texts that unpack to gigabytes, broken animations and other chunks can
then neither fill the memory nor break a picture that is otherwise sound.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from mozi.posters.messages import unreadable
from mozi.units import MIB

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURE_CHUNKS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
MAX_PROFILE_BYTES = 4 * MIB  # press profiles with large tables are below 3 MiB


@dataclass(frozen=True)
class Chunks:
    """The parts of a PNG. profile, exif: b"" if there is none, or it is unreadable."""

    picture: bytes
    profile: bytes
    exif: bytes


def take_apart(body: bytes) -> Chunks:
    """Return the chunks of a PNG (ISO 15948, clause 5); raises UnreadableSource if it is cut short.

    The decoder checks the checksums. A file without its last chunk is cut short.
    """
    kept, others = [SIGNATURE], {b"iCCP": b"", b"eXIf": b""}
    for name, start, end in _chunks(body):
        if name in PICTURE_CHUNKS:
            kept.append(body[start:end])
        elif name in others:
            others[name] = body[start + 8 : end - 4]
        if name == b"IEND":
            return Chunks(b"".join(kept), _unpacked(others[b"iCCP"]), others[b"eXIf"])
    raise unreadable("cut_short")


def _chunks(body: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of each complete chunk."""
    start = len(SIGNATURE)
    while start + 12 <= len(body):
        length, name = struct.unpack_from(">I4s", body, start)
        end = start + 12 + length
        if end > len(body):
            return
        yield name, start, end
        start = end


def _unpacked(chunk: bytes) -> bytes:
    """Return the profile of an iCCP chunk (name, 0, method, zlib stream), b"" if broken."""
    _, _, rest = chunk.partition(b"\0")
    try:
        stream = zlib.decompressobj()
        profile = stream.decompress(rest[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return b""
    return profile if stream.eof else b""
