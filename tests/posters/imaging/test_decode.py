"""Sound pictures of every kind come out upright, in sRGB, on white, at the right size."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from mozi.posters.imaging import decode, render
from mozi.posters.recipes import POSTER
from tests.support import pictures

LIMIT = 25_000_000
WHITE = (255, 255, 255)
CLOSE = 8  # levels of 255 that JPEG and WebP may be off in a plain field

Colours = tuple[pictures.Colour, ...]


def poster_of(body: bytes) -> Image.Image:
    (variant,) = render(decode(body, max_pixels=LIMIT), [POSTER])
    return Image.open(BytesIO(variant.body))


def quarters(picture: Image.Image) -> list[tuple[int, ...]]:
    """Return the colours in the middle of the four quarters, as pictures.corners() has them."""
    small = picture.convert("RGB").resize((4, 4), Image.Resampling.NEAREST)
    return [small.getpixel(place) for place in ((0, 0), (3, 0), (0, 3), (3, 3))]


def assert_shows(picture: Image.Image, colours: Colours) -> None:
    for found, wanted in zip(quarters(picture), colours, strict=True):
        off = max(abs(a - b) for a, b in zip(found, wanted, strict=True))
        assert off <= CLOSE, (quarters(picture), colours)


def with_green_as(colour: pictures.Colour) -> Colours:
    return tuple(colour if c == pictures.GREEN else c for c in pictures.corners())


@pytest.mark.parametrize("name", pictures.SOUND)
def test_every_sound_picture_becomes_a_poster_within_its_box(name: str) -> None:
    poster = poster_of(pictures.SOUND[name]())
    assert poster.format == "JPEG"
    assert 1 <= poster.width <= POSTER.width_px
    assert 1 <= poster.height <= POSTER.height_px


@pytest.mark.parametrize(
    "name",
    [
        "jpeg",
        "progressive jpeg",
        "rgb jpeg",
        "cmyk jpeg",
        "jpeg with sRGB",
        "jpeg with a broken profile",
        "cmyk jpeg with a broken profile",
        "cmyk jpeg with an rgb profile",
        "jpeg with broken exif",
        "jpeg with lying exif",
        "16-bit rgb png",
        "animated png",
        "webp",
        "webp with broken exif",
        "animated webp",
        "avif",
        "animated avif",
        "gif",
        "animated gif",
    ],
)
def test_colours_are_those_of_the_source(name: str) -> None:
    assert_shows(poster_of(pictures.SOUND[name]()), pictures.corners())


def test_another_profile_is_converted_to_srgb() -> None:
    swapped = tuple(colour[::-1] for colour in pictures.corners())
    poster = poster_of(pictures.jpeg(icc_profile=pictures.swapped_profile()))
    (red, *_), *_ = quarters(poster)
    assert red < 60
    assert quarters(poster)[0][2] > 180, swapped


def test_a_cmyk_profile_decides_what_inks_look_like() -> None:
    poster = poster_of(pictures.cmyk_jpeg(icc_profile=pictures.cmyk_profile()))
    assert_shows(poster, (WHITE,) * 4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpegs_are_turned_upright(orientation: int) -> None:
    poster = poster_of(pictures.turned_jpeg(orientation))
    assert poster.size == pictures.SIZE
    assert_shows(poster, pictures.corners())


@pytest.mark.parametrize("orientation", range(5, 9))
def test_jpegs_lying_on_their_side_are_turned_before_they_are_measured(orientation: int) -> None:
    poster = poster_of(pictures.turned_jpeg(orientation, size=(1600, 2400)))
    assert poster.size == (780, 1170)
    assert_shows(poster, pictures.corners())


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize(
    "turned", [pictures.turned_png, pictures.turned_webp, pictures.turned_avif]
)
def test_other_kinds_are_turned_upright(turned: pictures.Turned, orientation: int) -> None:
    assert_shows(poster_of(turned(orientation)), pictures.corners())


def test_palette_transparency_lies_on_white() -> None:
    assert_shows(poster_of(pictures.palette_png()), with_green_as(WHITE))


def test_a_transparent_colour_lies_on_white() -> None:
    assert_shows(poster_of(pictures.keyed_png()), with_green_as(WHITE))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_lies_on_white(mode: str) -> None:
    _, top_right, _, bottom_right = quarters(poster_of(pictures.alpha_png(mode)))
    assert top_right == bottom_right == WHITE


def test_sixteen_bit_grey_keeps_its_range() -> None:
    dark, light = 0x30, 0xD0
    assert_shows(
        poster_of(pictures.grey16_png()), ((dark,) * 3, (dark,) * 3, (light,) * 3, (light,) * 3)
    )


def test_a_grey_source_gives_a_grey_poster() -> None:
    assert poster_of(pictures.grey_jpeg()).mode == "L"


@pytest.mark.parametrize(
    ("source", "poster"),
    [
        ((300, 450), (300, 450)),
        ((101, 151), (101, 151)),
        ((1562, 2343), (780, 1170)),
        ((1000, 1000), (780, 780)),
        ((3001, 2001), (780, 520)),
        ((1, 20_000), (1, 1170)),
        ((20_000, 1), (780, 1)),
        ((20_000, 3), (780, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_size_fits_keeps_proportions_and_never_grows(
    kind: str, source: pictures.Size, poster: pictures.Size
) -> None:
    assert poster_of(pictures.saved(pictures.scene(source), kind)).size == poster


@pytest.mark.parametrize("mode", ["RGBA", "P", "RGB"])
def test_large_pictures_are_reduced_in_strips_without_seams(mode: str) -> None:
    scene = pictures.scene((2600, 3900)).convert(mode)
    assert_shows(poster_of(pictures.saved(scene, "PNG")), pictures.corners())


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_nothing_of_the_metadata_survives(mode: str) -> None:
    (variant,) = render(decode(pictures.gps_jpeg(mode), max_pixels=LIMIT), [POSTER])
    poster = Image.open(BytesIO(variant.body))
    assert not poster.getexif()
    assert not {"exif", "xmp", "comment", "icc_profile"} & poster.info.keys()
    assert b"Secret" not in variant.body
