"""The chunks of a PNG that reach Pillow, and those that do not."""

from __future__ import annotations

import zlib

import pytest

from mozi.errors import UnreadableSource
from mozi.posters.imaging.png import MAX_PROFILE_BYTES, take_apart
from tests.support import pictures


def profile_chunk(packed: bytes) -> bytes:
    return pictures.chunk(b"iCCP", b"name\0\0" + packed)


def test_only_the_chunks_of_the_picture_are_kept() -> None:
    plain = pictures.plain_png()
    body = pictures.plain_png(
        pictures.chunk(b"tEXt", b"title\0text"), pictures.chunk(b"acTL", b"x")
    )
    assert take_apart(body).picture == take_apart(plain).picture == plain


def test_profile_and_exif_are_given_apart() -> None:
    packed = zlib.compress(b"a profile")
    parts = take_apart(pictures.plain_png(profile_chunk(packed), pictures.chunk(b"eXIf", b"II*\0")))
    assert (parts.profile, parts.exif) == (b"a profile", b"II*\0")


@pytest.mark.parametrize(
    "packed",
    [b"no zlib", zlib.compress(b"cut short")[:-6], zlib.compress(bytes(MAX_PROFILE_BYTES + 1))],
)
def test_a_broken_or_huge_profile_counts_as_none(packed: bytes) -> None:
    assert take_apart(pictures.plain_png(profile_chunk(packed))).profile == b""


@pytest.mark.parametrize("missing", [1, 12, 13, 40])
def test_a_file_without_its_end_is_cut_short(missing: int) -> None:
    with pytest.raises(UnreadableSource) as refused:
        take_apart(pictures.plain_png()[:-missing])
    assert refused.value.message.code == "cut_short"


def test_what_follows_the_end_is_left_out() -> None:
    plain = pictures.plain_png()
    assert take_apart(plain + b"and more").picture == plain
