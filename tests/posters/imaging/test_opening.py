"""Kind and size are known from the header alone."""

from __future__ import annotations

import pytest

from mozi.errors import UnreadableSource
from mozi.posters.imaging import Header, read_header
from tests.support import pictures

LIMIT = 25_000_000
PIXELS = pictures.SIZE[0] * pictures.SIZE[1]


@pytest.mark.parametrize(
    ("kind", "extension", "content_type", "weight"),
    [
        ("JPEG", "jpg", "image/jpeg", 1),
        ("PNG", "png", "image/png", 1),
        ("GIF", "gif", "image/gif", 1),
        ("WEBP", "webp", "image/webp", 10 / 3),
        ("AVIF", "avif", "image/avif", 2.5),
    ],
)
def test_header_of_each_kind(kind: str, extension: str, content_type: str, weight: float) -> None:
    header = read_header(pictures.saved(pictures.scene(), kind), max_pixels=LIMIT)
    assert header == Header(extension, content_type, *pictures.SIZE, cost_px=round(PIXELS * weight))


@pytest.mark.parametrize(
    ("mode", "options", "weight"),
    [
        ("RGB", {"progressive": True, "subsampling": 2}, 1),
        ("RGB", {"progressive": True, "subsampling": 0}, 7 / 5),
        ("CMYK", {"progressive": True, "subsampling": 0}, 9 / 5),
        ("CMYK", {"subsampling": 0}, 1),
        ("L", {"progressive": True}, 1),
    ],
)
def test_a_jpeg_of_several_scans_weighs_its_coefficients(
    mode: str, options: dict[str, int], weight: float
) -> None:
    body = pictures.saved(pictures.scene().convert(mode), "JPEG", **options)
    assert read_header(body, max_pixels=LIMIT).cost_px == round(PIXELS * weight)
    with pytest.raises(UnreadableSource, match="are accepted"):
        read_header(body, max_pixels=int(PIXELS * weight) - 2)


def test_a_print_file_weighs_what_is_decoded_of_it() -> None:
    header = read_header(pictures.print_jpeg(), max_pixels=LIMIT)
    assert header.cost_px == 6000 * 9000 / 4
    with pytest.raises(UnreadableSource, match="6000 × 9000 pixels; at most about 4000 × 6000"):
        read_header(pictures.print_jpeg(progressive=True), max_pixels=LIMIT)


def test_sizes_are_those_stored_not_those_seen() -> None:
    header = read_header(pictures.turned_jpeg(6), max_pixels=LIMIT)
    assert (header.width_px, header.height_px) == pictures.SIZE[::-1]


def test_a_header_is_read_without_the_pixels() -> None:
    body = pictures.photo_jpeg()
    assert read_header(body[: len(body) // 2], max_pixels=LIMIT).width_px == 1000


def test_a_jpeg_in_the_middle_of_which_another_begins_is_one_jpeg() -> None:
    header = read_header(pictures.jpeg() + pictures.jpeg((9, 9)), max_pixels=LIMIT)
    assert (header.width_px, header.height_px) == pictures.SIZE
