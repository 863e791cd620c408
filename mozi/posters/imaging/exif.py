"""Reads the orientation from EXIF data, the only field that Mozi uses.

Pillow does not read it, since it warns or fails on the broken EXIF that cameras and editors
write. Here broken data means "upright".
"""

from __future__ import annotations

import struct

from PIL.Image import Transpose

ORIENTATION = 0x0112  # EXIF 2.3, 4.6.4 A: a SHORT, 1 to 8
SHORT = 3
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
SIDEWAYS = frozenset(
    (Transpose.TRANSPOSE, Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90)
)


def turn_of(exif: bytes) -> Transpose | None:
    """Return the turn that makes the picture upright; None if it is, or if exif is unreadable."""
    try:
        return TURNS.get(_orientation(exif.removeprefix(b"Exif\0\0")))
    except struct.error:
        return None


def _orientation(tiff: bytes) -> int:
    """Return the first directory's orientation, 1 if it has none; may raise struct.error."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    (entries,) = struct.unpack_from(order + "H", tiff, start)
    for entry in range(start + 2, start + 2 + 12 * entries, 12):
        tag, kind, count, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if (tag, kind, count) == (ORIENTATION, SHORT, 1):
            return int(value)
    return 1
