"""Brightness and colour apart; test_render.py compares whole pictures."""

from __future__ import annotations

import pytest
from PIL import Image

from mozi.posters.imaging.planes import Planes, Size, half, planes_of, shrink


def ycc(size: Size, pixel: tuple[int, int, int] = (90, 60, 200)) -> Image.Image:
    return Image.merge("YCbCr", [Image.new("L", size, level) for level in pixel])


def levels(planes: Planes) -> list[object]:
    return [plane.getextrema() for plane in (planes.luma, *planes.chroma)]


@pytest.mark.parametrize("size", [(400, 600), (399, 601), (200, 300), (20, 30)])
def test_a_plain_colour_stays_at_every_size(size: Size) -> None:
    planes = planes_of(ycc((401, 603)), size, (401, 603))
    assert levels(planes) == [(90, 90), (60, 60), (200, 200)]
    assert planes.luma.size == size
    assert {plane.size for plane in planes.chroma} == {half(size)}


def test_the_colour_of_an_odd_size_is_joined_to_the_size_of_brightness() -> None:
    joined = planes_of(ycc((99, 151)), (99, 151), (99, 151)).joined()
    assert (joined.mode, joined.size) == ("YCbCr", (99, 151))
    assert joined.getpixel((98, 150)) == (90, 60, 200)


def test_a_grey_picture_has_no_colour() -> None:
    planes = planes_of(Image.new("L", (40, 60), 7), (20, 30), (40, 60))
    assert planes.chroma == ()
    assert planes.joined() is planes.luma


def test_turning_turns_every_plane() -> None:
    turned = planes_of(ycc((40, 60)), (40, 60), (40, 60)).turned(Image.Transpose.ROTATE_90)
    assert [plane.size for plane in (turned.luma, *turned.chroma)] == [(60, 40), (30, 20), (30, 20)]


@pytest.mark.parametrize("size", [(64, 96), (51, 83), (7, 5)])
def test_quarters_as_bands_give_what_one_resize_gives(size: Size) -> None:
    gradient = Image.linear_gradient("L").resize((130, 190))
    lanczos = Image.Resampling.LANCZOS
    made = shrink(gradient, size, gradient.size, lanczos)
    plain = gradient.resize((130, size[1]), lanczos).resize(size, lanczos)
    pairs = zip(made.tobytes(), plain.tobytes(), strict=True)
    assert max(abs(a - b) for a, b in pairs) <= 1
