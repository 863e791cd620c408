"""The orientation in EXIF data, and that broken data means "upright"."""

from __future__ import annotations

import struct

import pytest
from PIL.Image import Transpose

from mozi.posters.imaging.exif import turn_of


def tiff(order: str, *, tag: int = 0x0112, kind: int = 3, count: int = 1, value: int = 6) -> bytes:
    """Return EXIF data of one entry; order: "<" as Intel, ">" as Motorola writes it."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    return start + struct.pack(f"{order}IHHHIH", 8, 1, tag, kind, count, value)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("head", [b"", b"Exif\0\0"])
def test_both_byte_orders_are_read_with_and_without_a_head(order: str, head: bytes) -> None:
    assert turn_of(head + tiff(order)) is Transpose.ROTATE_270
    assert turn_of(head + tiff(order, value=3)) is Transpose.ROTATE_180


@pytest.mark.parametrize("value", [0, 1, 9, 65535])
def test_upright_and_unknown_orientations_turn_nothing(value: int) -> None:
    assert turn_of(tiff("<", value=value)) is None


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\0\0",
        b"no EXIF at all",
        tiff("<")[:-4],
        b"II*\0" + struct.pack("<I", 2**31),
        tiff("<", tag=0x0111),
        tiff("<", kind=4),
        tiff("<", count=2),
    ],
)
def test_broken_data_means_upright(exif: bytes) -> None:
    assert turn_of(exif) is None
